import ChatStore
import GeneratedMessages
import RPCCore

/// chatrpc.v1.SyncService: checks what comes in, hands it to the store, and words what comes out.
struct ChatSyncService: SyncServiceHandler {
    let store: any ChatStore
    let limits: ChatLimits

    private var fields: RequestFields { RequestFields(limits: limits) }

    func listChanges(_ request: ListChangesRequest, context: ServerContext) async throws -> ListChangesResponse {
        let session = try fields.uuid("session_id", request.sessionIDUTF8)
        let pageBytes = context.surface == .rest ? limits.defaultRESTPageBytes : limits.defaultPageBytes
        let asked = try fields.notNegative("max_bytes", request.maxBytes)
        let limit =
            request.hasLimit
            ? try fields.number("limit", Int(request.limit), in: 1...limits.maximumPageMessages)
            : limits.defaultPageMessages
        let query = ChangeQuery(
            sessionID: session,
            after: try cursor(request.cursor, of: session),
            limit: limit,
            maximumBytes: asked == 0 ? pageBytes : Int(min(asked, Int64(limits.defaultRESTPageBytes))))
        var page = try await reading { try await store.changes(query, owner: nil) }
        page.changes.nextCursor = CursorToken.make(page.next)
        return page.changes
    }

    private func cursor(_ text: String, of session: UUID) throws -> ChangeCursor? {
        guard !text.isEmpty else { return nil }
        guard let cursor = CursorToken.parse(text) else {
            throw fields.invalid("cursor", "is not the next_cursor of an earlier answer")
        }
        guard cursor.sessionID == session else { throw fields.invalid("cursor", "is of another session") }
        return cursor
    }
}
