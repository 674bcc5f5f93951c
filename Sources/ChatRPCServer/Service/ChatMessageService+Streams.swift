import ChatStore
import GeneratedMessages
import ProtobufRuntime
import RPCCore
import RPCTransport

/// The calls of MessageService that stream.
extension ChatMessageService {
    func ingestMessages(
        requests: MessageStream<IngestMessagesRequest>, responses: MessageWriter<IngestMessagesResponse>,
        context: ServerContext
    ) async throws {
        let window = IngestWindow(
            maximumMessages: limits.maximumIngestMessages, maximumBytes: limits.maximumIngestBytes)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    let answers = try await window.take()
                    if answers.isEmpty { return }
                    for answer in answers { try await responses.write(answer) }
                }
            }
            do {
                for try await request in requests {
                    let message = request.message
                    let number = try await window.put(bytes: message.contentUTF8.count + message.metadataUTF8.count)
                    submit(message, number, to: window, context)
                }
            } catch {
                group.cancelAll()
                throw error
            }
            window.finish()
            try await group.waitForAll()
        }
    }

    /// Does not wait: what is submitted first is appended first.
    private func submit(
        _ request: CreateMessageRequest, _ number: Int64, to window: IngestWindow, _ context: ServerContext
    ) {
        do {
            let session = try fields.uuid("session_id", request.sessionIDUTF8)
            let item = try Append.Item(
                request, fields: fields, now: WallClock.unixMicroseconds, mintedID: .mint(), keyedByClient: false)
            let append = Append(sessionID: session, items: [item], owner: nil, deadline: context.deadline)
            store.submit(append) { window.answer(number, Self.outcome($0, of: item)) }
        } catch {
            window.answer(number, .error(StatusDetails.status(of: RPCError(handlerError: error))))
        }
    }

    private static func outcome(
        _ result: Result<[AppendResult], any Error>, of item: Append.Item
    ) -> IngestMessagesResponse.OneOf_Outcome {
        do {
            let results = try result.get()
            return .created(CreateMessageResponse(item.messageID, results[0]))
        } catch let error as StoreError {
            var told = RPCError(error)
            if error.code == .inDoubt { told.reasonMetadata["message_id"] = item.messageID.description }
            return .error(StatusDetails.status(of: told))
        } catch {
            return .error(StatusDetails.status(of: RPCError(handlerError: error)))
        }
    }

    func exportMessages(
        _ request: ExportMessagesRequest, responses: MessageWriter<Message>, context: ServerContext
    ) async throws {
        var query = MessageQuery(
            sessionID: try fields.uuid("session_id", request.sessionIDUTF8), limit: limits.maximumPageMessages,
            maximumBytes: limits.exportPageBytes)
        var epoch: Int64?
        while true {
            let page = try await reading { try await store.listMessages(query, owner: nil) }
            guard epoch == nil || epoch == page.resetEpoch else {
                throw RPCError(.aborted, "the session was reset while it was exported", reason: "SESSION_RESET")
            }
            epoch = page.resetEpoch
            for message in page.messages { try await responses.write(message) }
            guard page.hasMore else { return }
            query.afterSeq = page.nextAfterSeq
        }
    }
}

extension CreateMessageResponse {
    init(_ id: UUID, _ result: AppendResult) {
        self.init()
        messageID = (result.storedID ?? id).description
        seq = result.seq
        revision = result.revision
        duplicate = result.duplicate
        timestamp.unixMicroseconds = result.timestamp
    }
}
