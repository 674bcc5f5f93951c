import ChatStore
import GeneratedMessages
import GeneratedRPC
import ProtobufRuntime
import RPCCore

/// chatrpc.v1.MessageService: checks what comes in, hands it to the store, and words what comes out.
struct ChatMessageService: MessageServiceHandler {
    let store: any ChatStore
    let limits: ChatLimits

    var fields: RequestFields { RequestFields(limits: limits) }

    func createMessage(
        _ request: CreateMessageRequest, context: ServerContext
    ) async throws -> CreateMessageResponse {
        let session = try fields.uuid("session_id", request.sessionIDUTF8)
        let item = try Append.Item(
            request, fields: fields, now: WallClock.unixMicroseconds, mintedID: .mint(),
            keyedByClient: context.surface == .rest)
        let results = try await append(
            [item], to: session, context: context, inDoubt: ["message_id": item.messageID.description]
        ) { _ in "" }
        return CreateMessageResponse(item.messageID, results[0])
    }

    func batchCreateMessages(
        _ request: BatchCreateMessagesRequest, context: ServerContext
    ) async throws -> BatchCreateMessagesResponse {
        let session = try fields.uuid("session_id", request.sessionIDUTF8)
        let drafts = request.messages
        guard !drafts.isEmpty else { throw fields.invalid("messages", "needs at least one message") }
        guard drafts.count <= limits.maximumBatchMessages else {
            throw fields.tooLarge("messages", drafts.count, limits.maximumBatchMessages, unit: "messages")
        }
        let now = WallClock.unixMicroseconds
        let minted = MintedIDs()
        var items: [Append.Item] = []
        items.reserveCapacity(drafts.count)
        for (index, draft) in drafts.enumerated() {
            let itemFields = RequestFields(limits: limits, prefix: "messages[\(index)].")
            items.append(
                try Append.Item(
                    draft, fields: itemFields, now: now, mintedID: minted[index],
                    keyedByClient: context.surface == .rest))
        }
        let results = try await append(
            items, to: session, context: context, inDoubt: ["message_id_base": minted.base.description]
        ) { "messages[\($0)]." }
        return .with { response in
            for (item, result) in zip(items, results) {
                let id = (result.storedID ?? item.messageID).description
                response.messageIDs.append(id)
                response.results.append { entry in
                    entry.messageID = id
                    entry.seq = result.seq
                    entry.revision = result.revision
                    entry.duplicate = result.duplicate
                    entry.timestamp.unixMicroseconds = result.timestamp
                }
            }
            response.count = Int32(items.count)
        }
    }

    func listMessages(
        _ request: ListMessagesRequest, context: ServerContext
    ) async throws -> ListMessagesResponse {
        let pageBytes = context.surface == .rest ? limits.defaultRESTPageBytes : limits.defaultPageBytes
        let asked = try fields.notNegative("max_bytes", request.maxBytes)
        let limit =
            request.hasLimit
            ? try fields.number("limit", Int(request.limit), in: 1...limits.maximumPageMessages)
            : limits.defaultPageMessages
        let query = MessageQuery(
            sessionID: try fields.uuid("session_id", request.sessionIDUTF8),
            limit: limit,
            offset: try fields.notNegative("offset", request.offset),
            afterSeq: request.hasAfterSeq ? try fields.notNegative("after_seq", request.afterSeq) : nil,
            beforeSeq: request.hasBeforeSeq ? try fields.notNegative("before_seq", request.beforeSeq) : nil,
            newestFirst: request.newestFirst,
            maximumBytes: asked == 0 ? pageBytes : Int(min(asked, Int64(limits.defaultRESTPageBytes))))
        return try await reading { try await store.listMessages(query, owner: nil) }
    }

    func getMessage(_ request: GetMessageRequest, context: ServerContext) async throws -> Message {
        let session = try fields.uuid("session_id", request.sessionIDUTF8)
        let id = try fields.uuid("message_id", request.messageIDUTF8)
        return try await reading { try await store.message(id, in: session, owner: nil) }
    }

    func updateMessage(_ request: UpdateMessageRequest, context: ServerContext) async throws -> Message {
        guard request.hasContent || request.hasMetadata else {
            throw fields.invalid("content", "a content or metadata has to be given")
        }
        var metadata = request.hasMetadata ? request.metadataUTF8 : nil
        if let text = metadata, !text.isEmpty { metadata = try fields.metadata(text) }
        let change = MessageChange(
            .edit(content: request.hasContent ? try fields.content(request.contentUTF8) : nil, metadata: metadata),
            expectedRevision: request.hasExpectedRevision
                ? try fields.notNegative("expected_revision", request.expectedRevision) : nil)
        return try await self.change(request.sessionIDUTF8, request.messageIDUTF8, change)
    }

    func deleteMessage(
        _ request: DeleteMessageRequest, context: ServerContext
    ) async throws -> DeleteMessageResponse {
        let change = MessageChange(
            .delete,
            expectedRevision: request.hasExpectedRevision
                ? try fields.notNegative("expected_revision", request.expectedRevision) : nil)
        let message = try await self.change(request.sessionIDUTF8, request.messageIDUTF8, change)
        return .with {
            $0.messageID = message.messageID
            $0.seq = message.seq
            $0.revision = message.revision
            $0.deletedAt = message.deletedAt
        }
    }

    private func change(_ session: FieldBytes, _ id: FieldBytes, _ change: MessageChange) async throws -> Message {
        let session = try fields.uuid("session_id", session)
        let id = try fields.uuid("message_id", id)
        return try await storing { try await store.changeMessage(id, in: session, change, owner: nil) }
    }

    /// Appends. An error that leaves the outcome in doubt names the ids that a caller may not know, so that one who sent
    /// none can retry too.
    private func append(
        _ items: [Append.Item], to session: UUID, context: ServerContext,
        inDoubt ids: @autoclosure () -> [String: String], itemPrefix: (Int) -> String
    ) async throws -> [AppendResult] {
        do {
            return try await store.append(
                Append(sessionID: session, items: items, owner: nil, deadline: context.deadline))
        } catch let error as StoreError {
            var told = RPCError(error, itemPrefix: itemPrefix)
            if error.code == .inDoubt { told.reasonMetadata.merge(ids()) { _, id in id } }
            throw told
        }
    }
}
