import GRDB
import GeneratedMessages
import GeneratedRPC

/// Making and changing one session within a transaction of the writer.
enum SQLiteSessionWrites {
    /// The session after it, or why the caller can't have that. Throws what undoes the transaction.
    static func write(
        _ job: SessionJob, at now: Int64, on database: Database
    ) throws -> Result<Session, StoreError> {
        switch job.work {
        case .create(let session):
            return try create(session, owner: job.owner, at: now, on: database)
        case .change(let id, let change):
            return try apply(change, to: id, owner: job.owner, on: database)
        }
    }

    private static func create(
        _ new: NewSession, owner: String?, at now: Int64, on database: Database
    ) throws -> Result<Session, StoreError> {
        if let present = try SQLiteSessionReads.find(new.id, on: database) {
            guard present.isVisible(to: owner) else { return .failure(StoreError(.sessionNotFound)) }
            guard present.isActive else { return .failure(StoreError(.sessionDeleted)) }
            return .success(present)
        }
        let insert = try PreparedStatement(
            database,
            """
            INSERT INTO chat_sessions (session_id, name, description, agent_name, user_id, created_at, activity_hour)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        insert.bind(new.id, at: 1)
        insert.bind(new.name, at: 2)
        insert.bind(new.description, at: 3)
        insert.bind(new.agentName, at: 4)
        insert.bind(owner ?? new.userID, at: 5)
        insert.bind(now, at: 6)
        insert.bind(SQLiteSessionHead.activityHour(ofMicroseconds: now), at: 7)
        do throws(SQLiteFailure) {
            try insert.run()
        } catch {
            throw error.storeError()
        }
        guard let made = try SQLiteSessionReads.find(new.id, on: database) else {
            throw StoreError(.failed, "a session that was inserted is not there")
        }
        return .success(made)
    }

    private static func apply(
        _ change: SessionChange, to id: UUID, owner: String?, on database: Database
    ) throws -> Result<Session, StoreError> {
        guard var session = try SQLiteSessionReads.find(id, on: database), session.isVisible(to: owner) else {
            return .failure(StoreError(.sessionNotFound))
        }
        do throws(StoreError) {
            guard try change.apply(to: &session) else { return .success(session) }
        } catch {
            return .failure(error)
        }
        try update(session, id: id, on: database)
        return .success(session)
    }

    /// Writes all that a change can change. A new epoch begins behind the last seq, with no tombstones.
    private static func update(_ session: Session, id: UUID, on database: Database) throws {
        let update = try PreparedStatement(
            database,
            """
            UPDATE chat_sessions SET name = ?2, description = ?3, is_active = ?4, revision = ?5, change_revision = ?5, preview = ?6,
                last_message_at = ?7, activity_hour = ?8, reset_epoch = ?9,
                epoch_first_seq = CASE WHEN reset_epoch = ?9 THEN epoch_first_seq ELSE last_seq + 1 END,
                tombstone_count = CASE WHEN reset_epoch = ?9 THEN tombstone_count ELSE 0 END
            WHERE session_id = ?1
            """)
        let activity = session.hasLastMessageAt ? session.lastMessageAt : session.createdAt
        update.bind(id, at: 1)
        update.bind(session.nameUTF8, at: 2)
        update.bind(session.hasDescription ? session.descriptionUTF8 : nil, at: 3)
        update.bind(session.isActive ? 1 : 0, at: 4)
        update.bind(session.revision, at: 5)
        update.bind(session.hasPreview ? session.previewUTF8 : nil, at: 6)
        update.bind(session.hasLastMessageAt ? session.lastMessageAt.unixMicroseconds : nil, at: 7)
        update.bind(SQLiteSessionHead.activityHour(ofMicroseconds: activity.unixMicroseconds), at: 8)
        update.bind(session.resetEpoch, at: 9)
        try update.run()
    }
}
