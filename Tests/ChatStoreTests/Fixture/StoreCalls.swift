import ChatStore
import GeneratedMessages
import ProtobufRuntime
import Testing

extension ChatStore {
    func append(
        _ items: [Append.Item], to session: UUID, owner: String? = nil
    ) async throws -> [AppendResult] {
        try await append(Append(sessionID: session, items: items, owner: owner))
    }

    func append(
        _ item: Append.Item, to session: UUID, owner: String? = nil
    ) async throws -> AppendResult {
        let results = try await append([item], to: session, owner: owner)
        return try #require(results.count == 1 ? results.first : nil)
    }

    /// Appends messages with these texts, each by a call of its own.
    @discardableResult
    func append(texts: [String], to session: UUID) async throws -> [AppendResult] {
        var results: [AppendResult] = []
        for text in texts {
            results.append(try await append(.sample(text), to: session))
        }
        return results
    }

    func list(
        _ session: UUID, limit: Int = 200, offset: Int64 = 0, after: Int64? = nil, before: Int64? = nil,
        newestFirst: Bool = false, maximumBytes: Int = 3 << 20, owner: String? = nil
    ) async throws -> ListMessagesResponse {
        try await listMessages(
            MessageQuery(
                sessionID: session, limit: limit, offset: offset, afterSeq: after, beforeSeq: before,
                newestFirst: newestFirst, maximumBytes: maximumBytes), owner: owner)
    }

    /// All messages of a session by following the pages' next fields.
    func walk(
        _ session: UUID, limit: Int = 500, newestFirst: Bool = false, maximumBytes: Int = 3 << 20
    ) async throws -> [Message] {
        var messages: [Message] = []
        var after: Int64?
        var before: Int64?
        while true {
            let page = try await list(
                session, limit: limit, after: after, before: before, newestFirst: newestFirst,
                maximumBytes: maximumBytes)
            messages.append(contentsOf: page.messages)
            guard page.hasMore else { return messages }
            try #require(!page.messages.isEmpty, "a page with more behind it is not empty")
            if newestFirst {
                before = try #require(page.hasNextBeforeSeq ? page.nextBeforeSeq : nil)
            } else {
                after = try #require(page.hasNextAfterSeq ? page.nextAfterSeq : nil)
            }
        }
    }

    func edit(
        _ id: UUID, in session: UUID, content: String? = nil, metadata: String? = nil, expecting revision: Int64? = nil,
        owner: String? = nil
    ) async throws -> Message {
        let kind = MessageChange.Kind.edit(
            content: content.map { FieldBytes($0) }, metadata: metadata.map { FieldBytes($0) })
        return try await changeMessage(
            id, in: session, MessageChange(kind, expectedRevision: revision), owner: owner)
    }

    func delete(
        _ id: UUID, in session: UUID, expecting revision: Int64? = nil, owner: String? = nil
    ) async throws -> Message {
        try await changeMessage(id, in: session, MessageChange(.delete, expectedRevision: revision), owner: owner)
    }

    func session(_ id: UUID) async throws -> Session {
        try await session(id, owner: nil)
    }
}

/// Expects the store to refuse a call with this code, and returns the error.
@discardableResult
func expectRefusal(
    _ code: StoreError.Code, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> some Any
) async -> StoreError? {
    do {
        _ = try await body()
        Issue.record("succeeded instead of \(code)", sourceLocation: sourceLocation)
    } catch let error as StoreError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        return error
    } catch {
        Issue.record("threw \(error) instead of a StoreError", sourceLocation: sourceLocation)
    }
    return nil
}
