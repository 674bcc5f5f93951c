import ProtobufRuntime

/// What the statements of a group take and answer, in binary format.
enum AppendRows {
    // MARK: The first trip

    static func bindSessions(_ appends: [Append], _ parameters: ParameterBuffer) {
        let ids = AppendPlan.sessionIDs(of: appends)
        parameters.addArray(of: .uuid, count: ids.count) { for id in ids { $0.element(id) } }
    }

    static func bindIDs(_ appends: [Append], _ parameters: ParameterBuffer) {
        let count = appends.reduce(0) { $0 + $1.items.count }
        parameters.addArray(of: .uuid, count: count) { array in
            for append in appends { for _ in append.items { array.element(append.sessionID) } }
        }
        parameters.addArray(of: .uuid, count: count) { array in
            for append in appends { for item in append.items { array.element(item.messageID) } }
        }
    }

    /// The same for the ids that pages give, which may be aliases.
    static func bindClientIDs(_ appends: [Append], _ parameters: ParameterBuffer) {
        let count = appends.reduce(0) { $0 + $1.items.count(where: \.acceptsKnownContent) }
        parameters.addArray(of: .uuid, count: count) { array in
            for append in appends {
                for item in append.items where item.acceptsKnownContent { array.element(append.sessionID) }
            }
        }
        parameters.addArray(of: .uuid, count: count) { array in
            for append in appends {
                for item in append.items where item.acceptsKnownContent { array.element(item.messageID) }
            }
        }
    }

    static func counters(_ result: borrowing PostgresResult) throws(StoreError) -> [UUID: SessionCounters] {
        var counters: [UUID: SessionCounters] = [:]
        counters.reserveCapacity(result.rowCount)
        for row in 0..<result.rowCount {
            counters[try result.uuid(row, 0)] = SessionCounters(
                userID: result.string(row, 1), isActive: try result.bool(row, 2),
                lastSeq: try result.int64(row, 3), revision: try result.int64(row, 4),
                resetEpoch: try result.int64(row, 5), epochFirstSeq: try result.int64(row, 6),
                tombstoneCount: try result.int64(row, 7))
        }
        return counters
    }

    /// - Parameter known: what is known already; a message's own id goes before an alias.
    static func add(
        _ result: borrowing PostgresResult, areAliases: Bool, to known: inout [MessageKey: KnownMessage]
    ) throws(StoreError) {
        for row in 0..<result.rowCount {
            let key = MessageKey(sessionID: try result.uuid(row, 0), messageID: try result.uuid(row, 1))
            if areAliases, known[key] != nil { continue }
            known[key] = KnownMessage(
                seq: try result.int64(row, 2), revision: try result.int64(row, 3),
                timestamp: try result.time(row, 4), digest: try result.digest(row, 5),
                storedID: areAliases ? try result.uuid(row, 6) : nil)
        }
    }

    // MARK: The second trip

    static func bindMessages(_ plan: AppendPlan, _ appends: [Append], _ parameters: ParameterBuffer) {
        func column(
            _ type: ParameterBuffer.ElementType,
            _ put: (ParameterBuffer, AppendPlan.Row, Append, Append.Item) -> Void
        ) {
            parameters.addArray(of: type, count: plan.rows.count) { array in
                for row in plan.rows {
                    let append = appends[row.place.append]
                    put(array, row, append, append.items[row.place.item])
                }
            }
        }
        column(.uuid) { array, _, append, _ in array.element(append.sessionID) }
        column(.uuid) { array, _, _, item in array.element(item.messageID) }
        column(.int64) { array, row, _, _ in array.element(row.seq) }
        column(.int64) { array, row, _, _ in array.element(row.revision) }
        column(.int64) { array, row, _, _ in array.element(row.resetEpoch) }
        column(.timestamptz) { array, _, _, item in
            array.element(PostgresEpoch.value(ofUnixMicroseconds: item.timestamp))
        }
        column(.bytea) { array, _, _, item in array.element(item.digest) }
        column(.text) { array, _, _, item in array.element(item.role.word) }
        column(.text) { array, _, _, item in array.element(item.content) }
        column(.text) { array, _, _, item in array.element(item.agentName) }
        column(.text) { array, _, _, item in array.element(item.userID) }
        column(.text) { array, _, _, item in array.element(item.metadata) }
    }

    static func bindNewSessions(
        _ plan: AppendPlan, _ appends: [Append], now: Int64, _ parameters: ParameterBuffer
    ) {
        let sessions = plan.sessions.filter(\.created)
        parameters.addArray(of: .uuid, count: sessions.count) { for session in sessions { $0.element(session.id) } }
        parameters.addArray(of: .text, count: sessions.count) { array in
            for session in sessions { array.element(NewSession.defaultName(of: session.id)) }
        }
        parameters.addArray(of: .text, count: sessions.count) { array in
            for session in sessions { array.element(session.counters.userID) }
        }
        parameters.add(PostgresEpoch.value(ofUnixMicroseconds: now))
        bindPreviews(of: sessions, appends, parameters)
        parameters.addArray(of: .int64, count: sessions.count) { array in
            for session in sessions { array.element(session.counters.lastSeq) }
        }
    }

    static func bindChangedSessions(
        _ plan: AppendPlan, _ appends: [Append], now: Int64, _ parameters: ParameterBuffer
    ) {
        let sessions = plan.sessions.filter { !$0.created }
        parameters.addArray(of: .uuid, count: sessions.count) { for session in sessions { $0.element(session.id) } }
        parameters.addArray(of: .int64, count: sessions.count) { array in
            for session in sessions { array.element(session.counters.lastSeq) }
        }
        parameters.addArray(of: .int64, count: sessions.count) { array in
            for session in sessions { array.element(session.counters.revision) }
        }
        parameters.add(PostgresEpoch.value(ofUnixMicroseconds: now))
        bindPreviews(of: sessions, appends, parameters)
    }

    private static func bindPreviews(
        of sessions: [AppendPlan.SessionWrite], _ appends: [Append], _ parameters: ParameterBuffer
    ) {
        parameters.addArray(of: .text, count: sessions.count) { array in
            for session in sessions {
                array.element(
                    session.preview.map { MessagePreview.bytes(of: appends[$0.append].items[$0.item].content) })
            }
        }
    }
}
