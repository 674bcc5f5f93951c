import GeneratedMessages

/// Making or changing a session: its row is made if need be, locked, and changed by a pure function.
struct SessionUpdate: SessionWork, Sendable {
    enum Purpose: Sendable {
        case create(NewSession)
        case change(UUID, SessionChange)
    }

    let purpose: Purpose
    let owner: String?
    private var session: Session?
    private var changes = false

    init(_ purpose: Purpose, owner: String?) {
        self.purpose = purpose
        self.owner = owner
    }

    var sessionID: UUID {
        switch purpose {
        case .create(let session): session.id
        case .change(let id, _): id
        }
    }

    func ask(_ connection: PostgresConnection) throws(PostgresFailure) -> Int {
        var count = 1
        if case .create(let session) = purpose {
            try connection.execute(AppendStatements.createSession) { bind(session, $0) }
            count += 1
        }
        try connection.execute(AppendStatements.lockSession) { $0.add(sessionID) }
        return count
    }

    mutating func receive(_ result: borrowing PostgresResult, number: Int) throws(StoreError) {
        // The lock's answer is the only one with columns.
        guard result.columnCount > 0, result.rowCount == 1 else { return }
        session = try SessionColumns.decode(result, row: 0)
    }

    mutating func decide() throws(StoreError) -> Session {
        guard var session, session.isVisible(to: owner) else { throw StoreError(.sessionNotFound) }
        switch purpose {
        case .create: guard session.isActive else { throw StoreError(.sessionDeleted) }
        case .change(_, let change): changes = try change.apply(to: &session)
        }
        self.session = session
        return session
    }

    func write(_ connection: PostgresConnection) throws(PostgresFailure) -> Int {
        guard changes, let session else { return 0 }
        try connection.execute(AppendStatements.updateSession) { bind(session, $0) }
        return 1
    }

    // MARK: Parameters

    private func bind(_ session: NewSession, _ parameters: ParameterBuffer) {
        parameters.add(session.id)
        parameters.add(session.name)
        parameters.add(session.description)
        parameters.add(session.agentName)
        parameters.add(owner ?? session.userID)
        parameters.add(PostgresEpoch.value(ofUnixMicroseconds: WallClock.unixMicroseconds))
    }

    private func bind(_ session: Session, _ parameters: ParameterBuffer) {
        parameters.add(sessionID)
        parameters.add(session.name)
        parameters.add(session.hasDescription ? session.description : nil)
        parameters.add(session.isActive)
        parameters.add(session.revision)
        parameters.add(session.resetEpoch)
        parameters.add(session.hasPreview ? session.preview : nil)
        parameters.add(
            session.hasLastMessageAt
                ? PostgresEpoch.value(ofUnixMicroseconds: session.lastMessageAt.unixMicroseconds) : nil)
    }
}
