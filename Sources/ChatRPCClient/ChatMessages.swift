public import GeneratedMessages
import ProtobufRuntime
import RPCCore

/// The messages of a server's sessions: `client.messages`.
///
/// Every method throws ``ChatError``. `timeout` is for all attempts of the call together; nil means the client's own.
public struct ChatMessages: Sendable {
    private let caller: ChatCaller
    private let service: MessageServiceClient
    private let sync: SyncServiceClient

    init(caller: ChatCaller) {
        self.caller = caller
        service = MessageServiceClient(channel: caller.channel)
        sync = SyncServiceClient(channel: caller.channel)
    }

    /// Appends one message. When it returns, the message is on the server's disk.
    ///
    /// - Parameters:
    ///   - content: 1 byte to 1 MiB of UTF-8 without NUL.
    ///   - role: who speaks.
    ///   - sessionID: a UUID. A session that does not exist is made.
    ///   - id: a UUID for the message. Nil: one is minted here. With the id of an earlier append and the same content the
    ///     answer is that of the earlier one, with `duplicate` set.
    ///   - agentName: at most 256 bytes.
    ///   - userID: at most 256 bytes.
    ///   - metadata: a JSON object as text, at most 16 KiB.
    ///   - resetEpoch: the epoch that the caller believes current; nil means no check.
    /// - Throws: `invalidArgument`, `tooLarge`, `messageIDConflict`, `sessionDeleted`, `epochStale`, and what is thrown
    ///   when the server can't be reached.
    @discardableResult
    public func append(
        _ content: String, as role: Role, to sessionID: String, id: String? = nil, agentName: String? = nil,
        userID: String? = nil, metadata: String? = nil, resetEpoch: Int64? = nil, timeout: Duration? = nil
    ) async throws(ChatError) -> CreateMessageResponse {
        let request = CreateMessageRequest.with {
            $0.sessionID = sessionID
            $0.role = role
            $0.content = content
            if let id { $0.messageID = id }
            if let agentName { $0.agentName = agentName }
            if let userID { $0.userID = userID }
            if let metadata { $0.metadata = metadata }
            if let resetEpoch { $0.resetEpoch = resetEpoch }
        }
        return try await append(request, timeout: timeout)
    }

    /// The same, for every field that an append can have. Without a `messageID` it gets one before it is first sent.
    @discardableResult
    public func append(
        _ request: CreateMessageRequest, timeout: Duration? = nil
    ) async throws(ChatError) -> CreateMessageResponse {
        var request = request
        if !request.hasMessageID { request.messageID = UUIDv7.make() }
        return try await caller.call(timeout: timeout) { [request] options in
            try await service.createMessage(request, options: options)
        }
    }

    /// Appends up to 500 messages to one session, in their order, all or none. Those without a `messageID` get one before
    /// they are first sent.
    ///
    /// - Throws: as `append`; the path of a wrong field begins with `messages[index]`.
    @discardableResult
    public func appendBatch(
        _ messages: [NewMessage], to sessionID: String, timeout: Duration? = nil
    ) async throws(ChatError) -> BatchCreateMessagesResponse {
        let request = BatchCreateMessagesRequest.with {
            $0.sessionID = sessionID
            $0.messages = RepeatedField(
                messages.map { message in
                    var message = message
                    if !message.hasMessageID { message.messageID = UUIDv7.make() }
                    return message
                })
        }
        return try await caller.call(timeout: timeout) { options in
            try await service.batchCreateMessages(request, options: options)
        }
    }

    /// One message.
    ///
    /// - Throws: `messageNotFound`, `sessionNotFound`.
    public func get(
        _ messageID: String, in sessionID: String, timeout: Duration? = nil
    ) async throws(ChatError) -> Message {
        let request = GetMessageRequest.with {
            $0.sessionID = sessionID
            $0.messageID = messageID
        }
        return try await caller.call(timeout: timeout) { options in
            try await service.getMessage(request, options: options)
        }
    }

    /// Changes the text of a message, its metadata, or both, and returns it as it is then.
    ///
    /// - Parameters:
    ///   - content: nil leaves the text as it is.
    ///   - metadata: nil leaves it as it is; an empty text removes it.
    ///   - expectedRevision: the message's revision that the caller has seen; nil means no check.
    /// - Throws: `messageNotFound`, `sessionDeleted`, `revisionMismatch`, `invalidArgument`, `tooLarge`.
    @discardableResult
    public func edit(
        _ messageID: String, in sessionID: String, content: String? = nil, metadata: String? = nil,
        expectedRevision: Int64? = nil, timeout: Duration? = nil
    ) async throws(ChatError) -> Message {
        let request = UpdateMessageRequest.with {
            $0.sessionID = sessionID
            $0.messageID = messageID
            if let content { $0.content = content }
            if let metadata { $0.metadata = metadata }
            if let expectedRevision { $0.expectedRevision = expectedRevision }
        }
        return try await caller.call(timeout: timeout) { options in
            try await service.updateMessage(request, options: options)
        }
    }

    /// Takes a message out of its session. Its seq and its id stay taken. Deleting it again is a success.
    ///
    /// - Throws: `messageNotFound`, `sessionDeleted`, `revisionMismatch`.
    @discardableResult
    public func delete(
        _ messageID: String, in sessionID: String, expectedRevision: Int64? = nil, timeout: Duration? = nil
    ) async throws(ChatError) -> DeleteMessageResponse {
        let request = DeleteMessageRequest.with {
            $0.sessionID = sessionID
            $0.messageID = messageID
            if let expectedRevision { $0.expectedRevision = expectedRevision }
        }
        return try await caller.call(timeout: timeout) { options in
            try await service.deleteMessage(request, options: options)
        }
    }

    /// What has changed in a session since a cursor, each thing as it is now: for who has read it once and keeps up with it.
    ///
    /// - Parameters:
    ///   - cursor: the `nextCursor` of an earlier answer; nil begins at the beginning.
    ///   - limit: how many changes at most, 1 to 500.
    /// - Throws: `sessionNotFound`, `cursorExpired`, `invalidArgument`.
    public func changes(
        in sessionID: String, since cursor: String? = nil, limit: Int = 200, timeout: Duration? = nil
    ) async throws(ChatError) -> ListChangesResponse {
        let request = ListChangesRequest.with {
            $0.sessionID = sessionID
            $0.cursor = cursor ?? ""
            $0.limit = Int32(clamping: limit)
        }
        return try await caller.call(timeout: timeout) { options in
            try await sync.listChanges(request, options: options)
        }
    }

    /// A page of messages, by seq. A session that does not exist, or is deleted, has an empty one.
    ///
    /// - Parameters:
    ///   - sessionID: a UUID.
    ///   - limit: the page's length, 1 to 500. It ends early where its messages are large.
    ///   - afterSeq: only messages with a greater seq.
    ///   - beforeSeq: only messages with a smaller seq.
    ///   - newestFirst: from the newest backwards instead of from the oldest on.
    public func list(
        in sessionID: String, limit: Int = 200, afterSeq: Int64? = nil, beforeSeq: Int64? = nil,
        newestFirst: Bool = false, timeout: Duration? = nil
    ) async throws(ChatError) -> ListMessagesResponse {
        try await list(
            ListMessagesRequest.with {
                $0.sessionID = sessionID
                $0.limit = Int32(clamping: limit)
                if let afterSeq { $0.afterSeq = afterSeq }
                if let beforeSeq { $0.beforeSeq = beforeSeq }
                $0.newestFirst = newestFirst
            }, timeout: timeout)
    }

    /// The same, for every field that the request can have.
    public func list(
        _ request: ListMessagesRequest, timeout: Duration? = nil
    ) async throws(ChatError) -> ListMessagesResponse {
        try await caller.call(timeout: timeout) { options in
            try await service.listMessages(request, options: options)
        }
    }

    /// All messages of a session, oldest first, read page by page as they are asked for.
    ///
    /// - Parameters:
    ///   - sessionID: a UUID.
    ///   - afterSeq: only messages with a greater seq.
    ///   - pageSize: how many are read at once, 1 to 500.
    public func all(in sessionID: String, afterSeq: Int64 = 0, pageSize: Int = 200) -> MessageSequence {
        MessageSequence(messages: self, sessionID: sessionID, afterSeq: afterSeq, pageSize: pageSize)
    }
}
