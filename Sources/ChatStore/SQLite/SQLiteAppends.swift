import GRDB
import GeneratedMessages
import ProtobufRuntime

/// A group of appends within a transaction of the writer: what the plan has to know is read, and what it says written.
struct SQLiteAppends {
    static func write(
        _ appends: [Append], at now: Int64, on database: Database
    ) throws -> [Result<[AppendResult], StoreError>] {
        var group = SQLiteAppends(appends, now: now)
        try group.readSessions(database)
        try group.readKnown(database)
        let counters = group.heads.mapValues(\.counters)
        let plan = AppendPlan(appends, counters: counters, known: group.known)
        try group.writeSessions(of: plan, database)
        try group.writeMessages(of: plan, database)
        return plan.outcomes
    }

    private let appends: [Append]
    private let now: Int64
    private var heads: [UUID: SQLiteSessionHead] = [:]
    private var known: [MessageKey: KnownMessage] = [:]

    private init(_ appends: [Append], now: Int64) {
        self.appends = appends
        self.now = now
    }

    private mutating func readSessions(_ database: Database) throws {
        let select = try PreparedStatement(
            database, "SELECT \(SQLiteSessionHead.list) FROM chat_sessions WHERE session_id = ?")
        for id in AppendPlan.sessionIDs(of: appends) {
            defer { select.reset() }
            select.bind(id, at: 1)
            if try select.step() { heads[id] = SQLiteSessionHead(select) }
        }
    }

    private mutating func readKnown(_ database: Database) throws {
        let select = try PreparedStatement(
            database, "SELECT seq, revision, timestamp, digest FROM chat_messages WHERE message_id = ? AND session = ?")
        for append in appends {
            guard let head = heads[append.sessionID] else { continue }
            select.bind(head.number, at: 2)
            for item in append.items {
                defer { select.reset() }
                select.bind(item.messageID, at: 1)
                guard try select.step() else { continue }
                known[MessageKey(sessionID: append.sessionID, messageID: item.messageID)] = KnownMessage(
                    seq: select.int64(0), revision: select.int64(1), timestamp: select.int64(2),
                    digest: select.digest(3))
            }
        }
    }

    private mutating func writeSessions(of plan: AppendPlan, _ database: Database) throws {
        let update = try PreparedStatement(
            database,
            """
            UPDATE chat_sessions SET last_seq = ?2, revision = ?3, last_message_at = ?4, preview = coalesce(?5, preview)
            WHERE number = ?1
            """)
        // A statement of its own: one that sets an indexed column writes the indexes, changed or not.
        let move = try PreparedStatement(database, "UPDATE chat_sessions SET activity_hour = ?2 WHERE number = ?1")
        let hour = SQLiteSessionHead.activityHour(ofMicroseconds: now)
        for session in plan.sessions {
            let number = try heads[session.id]?.number ?? insert(session, hour: hour, database)
            update.bind(number, at: 1)
            update.bind(session.counters.lastSeq, at: 2)
            update.bind(session.counters.revision, at: 3)
            update.bind(now, at: 4)
            bindPreview(session.preview, to: update, at: 5)
            try update.run()
            if let head = heads[session.id], head.activityHour != hour {
                move.bind(number, at: 1)
                move.bind(hour, at: 2)
                try move.run()
            }
        }
    }

    private mutating func insert(
        _ session: AppendPlan.SessionWrite, hour: Int64, _ database: Database
    ) throws -> Int64 {
        let insert = try PreparedStatement(
            database,
            "INSERT INTO chat_sessions (session_id, name, user_id, created_at, activity_hour) VALUES (?, ?, ?, ?, ?)")
        insert.bind(session.id, at: 1)
        insert.bind(NewSession.defaultName(of: session.id), at: 2)
        insert.bind(session.counters.userID, at: 3)
        insert.bind(now, at: 4)
        insert.bind(hour, at: 5)
        try insert.run()
        let number = database.lastInsertedRowID
        heads[session.id] = SQLiteSessionHead(number: number, counters: session.counters, activityHour: hour)
        return number
    }

    private func bindPreview(_ place: AppendPlan.Place?, to statement: PreparedStatement, at parameter: Int32) {
        guard let place else {
            statement.bind(nil as Int64?, at: parameter)
            return
        }
        let content = appends[place.append].items[place.item].content
        MessagePreview.bytes(of: content).withUnsafeBytes { statement.bind($0.bytes, at: parameter) }
    }

    private func writeMessages(of plan: AppendPlan, _ database: Database) throws {
        let insert = try PreparedStatement(
            database,
            """
            INSERT INTO chat_messages (session, seq, message_id, digest, revision, reset_epoch, role, content,
                agent_name, user_id, timestamp, metadata, state)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insert.bind(Int64(MessageState.complete.rawValue), at: 13)
        for row in plan.rows {
            let append = appends[row.place.append]
            let item = append.items[row.place.item]
            insert.bind(heads[append.sessionID]?.number, at: 1)
            insert.bind(row.seq, at: 2)
            insert.bind(item.messageID, at: 3)
            insert.bind(item.digest, at: 4)
            insert.bind(row.revision, at: 5)
            insert.bind(row.resetEpoch, at: 6)
            insert.bind(item.role.word, at: 7)
            insert.bind(item.content, at: 8)
            insert.bind(item.agentName, at: 9)
            insert.bind(item.userID, at: 10)
            insert.bind(item.timestamp, at: 11)
            insert.bind(item.metadata, at: 12)
            do throws(SQLiteFailure) {
                try insert.run()
            } catch {
                var refusal = error.storeError()
                if refusal.code == .rowRefused { refusal.index = row.place.item }
                throw refusal
            }
        }
    }
}
