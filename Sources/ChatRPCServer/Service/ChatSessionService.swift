import ChatStore
import GeneratedMessages
import GeneratedRPC
import ProtobufRuntime
import RPCCore

/// chatrpc.v1.SessionService: checks what comes in, hands it to the store, and words what comes out.
struct ChatSessionService: SessionServiceHandler {
    let store: any ChatStore
    let limits: ChatLimits

    private var fields: RequestFields { RequestFields(limits: limits) }

    func createSession(_ request: CreateSessionRequest, context: ServerContext) async throws -> Session {
        let id = request.hasSessionID ? try fields.uuid("session_id", request.sessionIDUTF8) : .mint()
        let session = NewSession(
            id: id,
            name: try nonEmpty("name", request.nameUTF8),
            description: try nonEmpty("description", request.descriptionUTF8),
            agentName: try fields.identifier("agent_name", request.agentNameUTF8)?.string,
            userID: try fields.identifier("user_id", request.userIDUTF8)?.string)
        do {
            return try await store.createSession(session, owner: nil)
        } catch let error as StoreError {
            var told = RPCError(error)
            if error.code == .inDoubt {
                told.message = "whether it was written is not known; send the same session_id again to find out"
                told.reasonMetadata["session_id"] = id.description
            }
            throw told
        }
    }

    func listSessions(
        _ request: ListSessionsRequest, context: ServerContext
    ) async throws -> ListSessionsResponse {
        let limit =
            request.hasLimit
            ? try fields.number("limit", Int(request.limit), in: 1...limits.maximumPageSessions)
            : limits.defaultPageSessions
        let query = SessionQuery(
            limit: limit,
            offset: try fields.notNegative("offset", request.offset),
            after: try position(request),
            userID: try fields.identifier("user_id", request.userIDUTF8)?.string,
            deleted: request.deleted)
        var page = try await reading { try await store.listSessions(query, owner: nil) }
        if let first = page.sessions.first { page.activeSessionID = first.id }
        if page.hasMore, let last = page.sessions.last {
            page.nextPageToken = PageToken.make(try fields.position(of: last))
        }
        return page
    }

    func getSession(_ request: GetSessionRequest, context: ServerContext) async throws -> Session {
        let id = try fields.uuid("session_id", request.sessionIDUTF8)
        return try await reading { try await store.session(id, owner: nil) }
    }

    func renameSession(_ request: RenameSessionRequest, context: ServerContext) async throws -> Session {
        let id = try fields.uuid("session_id", request.sessionIDUTF8)
        guard request.hasName || request.hasDescription else {
            throw fields.invalid("name", "a name or a description has to be given")
        }
        let name = request.hasName ? try fields.text("name", request.nameUTF8) : nil
        if let name, name.isEmpty { throw fields.invalid("name", "may not be empty") }
        let description = request.hasDescription ? try fields.text("description", request.descriptionUTF8) : nil
        return try await storing {
            try await store.renameSession(id, name: name, description: description, owner: nil)
        }
    }

    func deleteSession(
        _ request: DeleteSessionRequest, context: ServerContext
    ) async throws -> DeleteSessionResponse {
        let id = try fields.uuid("session_id", request.sessionIDUTF8)
        let session = try await storing { try await store.deleteSession(id, owner: nil) }
        return .with {
            $0.message = "the session is deleted; restoring it brings it back"
            $0.session = session
        }
    }

    func restoreSession(
        _ request: RestoreSessionRequest, context: ServerContext
    ) async throws -> RestoreSessionResponse {
        let id = try fields.uuid("session_id", request.sessionIDUTF8)
        let session = try await storing { try await store.restoreSession(id, owner: nil) }
        return .with {
            $0.message = "the session is restored"
            $0.session = session
        }
    }

    func resetSession(
        _ request: ResetSessionRequest, context: ServerContext
    ) async throws -> ResetSessionResponse {
        let id = try fields.uuid("session_id", request.sessionIDUTF8)
        let session = try await storing { try await store.resetSession(id, owner: nil) }
        return .with {
            $0.message = "the session begins anew"
            $0.session = session
        }
    }

    /// An empty name or description of a new session is an absent one.
    private func nonEmpty(_ field: String, _ value: FieldBytes) throws -> String? {
        value.isEmpty ? nil : try fields.text(field, value)
    }

    private func position(_ request: ListSessionsRequest) throws -> SessionPosition? {
        guard !request.pageToken.isEmpty else { return nil }
        guard let position = PageToken.parse(request.pageToken) else {
            throw fields.invalid("page_token", "is not the next_page_token of an earlier page")
        }
        guard request.offset == 0 else { throw fields.invalid("offset", "can't go together with page_token") }
        return position
    }
}

extension RequestFields {
    /// Where a session stands in the order by last activity.
    fileprivate func position(of session: Session) throws -> SessionPosition {
        let time = session.hasLastMessageAt ? session.lastMessageAt : session.createdAt
        return SessionPosition(
            lastActivity: try microseconds("last_message_at", time), id: try uuid("id", session.idUTF8))
    }
}
