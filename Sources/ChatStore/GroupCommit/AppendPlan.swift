import GeneratedMessages
import ProtobufRuntime

/// What a group of appends writes and answers: numbering, duplicates, conflicts, epochs, all or none per append.
///
/// A pure value. A store locks the rows of ``sessionIDs(of:)`` (in that order, so that writers don't deadlock), reads
/// their counters and then the messages that are there already under the ids of the group, makes the plan, writes
/// ``rows`` and ``sessions`` in the same transaction, and after its commit gives each caller its outcome.
struct AppendPlan: Sendable {
    /// A message of the group, by its place in it.
    struct Place: Sendable, Hashable {
        var append: Int
        var item: Int
    }

    /// A message to insert.
    struct Row: Sendable, Hashable {
        var place: Place
        var seq: Int64
        /// The session's revision with this message.
        var revision: Int64
        var resetEpoch: Int64
    }

    /// A session row to insert (`created`) or to update.
    struct SessionWrite: Sendable {
        var id: UUID
        /// Whether there was no row: then the name is the default one and created_at is the plan's time.
        var created: Bool
        /// After the group. Of these only lastSeq and revision differ from what the row held.
        var counters: SessionCounters
        /// The message that the session's preview shows from now on; nil leaves the preview as it is.
        var preview: Place?
    }

    /// In the order of the appends: the results of the items, or why nothing of the append is written.
    private(set) var outcomes: [Result<[AppendResult], StoreError>] = []
    /// In the order of the appends; the messages of one session have ascending seq.
    private(set) var rows: [Row] = []
    /// The sessions that get messages, by id. The last_message_at of each becomes the time of the append.
    private(set) var sessions: [SessionWrite] = []

    /// The sessions of a group, each once, by id.
    static func sessionIDs(of appends: [Append]) -> [UUID] {
        var ids = appends.map(\.sessionID)
        ids.sort()
        var last: UUID?
        ids.removeAll { id in
            defer { last = id }
            return id == last
        }
        return ids
    }

    /// - Parameters:
    ///   - appends: in the order of their arrival.
    ///   - counters: of the sessions that have a row, which is locked.
    ///   - known: the stored messages among the ids of the group, read after the rows were locked.
    init(
        _ appends: [Append], counters: [UUID: SessionCounters], known: [MessageKey: KnownMessage]
    ) {
        var draft = Draft(counters: counters, known: known)
        outcomes.reserveCapacity(appends.count)
        for (index, append) in appends.enumerated() {
            outcomes.append(draft.place(append, at: index))
        }
        rows = draft.rows
        sessions = draft.writes.values.sorted { $0.id < $1.id }
    }
}

extension AppendPlan {
    /// The plan while appends are being placed.
    private struct Draft {
        let counters: [UUID: SessionCounters]
        let known: [MessageKey: KnownMessage]
        var placed: [MessageKey: KnownMessage] = [:]
        var rows: [Row] = []
        var writes: [UUID: SessionWrite] = [:]

        init(counters: [UUID: SessionCounters], known: [MessageKey: KnownMessage]) {
            self.counters = counters
            self.known = known
        }

        /// Places all items of an append, or none.
        mutating func place(
            _ append: Append, at index: Int
        ) -> Result<[AppendResult], StoreError> {
            let rowsBefore = rows.count
            var write = writes[append.sessionID] ?? firstWrite(of: append)
            guard write.counters.isVisible(to: append.owner) else {
                return .failure(StoreError(.sessionNotFound))
            }
            var results: [AppendResult] = []
            results.reserveCapacity(append.items.count)
            for (itemIndex, item) in append.items.enumerated() {
                do throws(StoreError) {
                    let place = Place(append: index, item: itemIndex)
                    results.append(try self.place(item, at: place, of: append.sessionID, in: &write))
                } catch {
                    withdraw(append, from: rowsBefore)
                    return .failure(error)
                }
            }
            if rows.count > rowsBefore { writes[append.sessionID] = write }
            return .success(results)
        }

        private mutating func place(
            _ item: Append.Item, at place: Place, of session: UUID, in write: inout SessionWrite
        ) throws(StoreError) -> AppendResult {
            let key = MessageKey(sessionID: session, messageID: item.messageID)
            if let stored = known[key] ?? placed[key] {
                guard item.acceptsKnownContent || stored.digest == nil || stored.digest == item.digest else {
                    throw StoreError(.messageConflict, index: place.item)
                }
                return AppendResult(
                    seq: stored.seq, revision: stored.revision, duplicate: true,
                    timestamp: stored.timestamp, storedID: stored.storedID)
            }
            guard write.counters.isActive else {
                throw StoreError(.sessionDeleted, index: place.item)
            }
            let epoch = write.counters.resetEpoch
            if let expected = item.expectedEpoch, expected < epoch {
                throw StoreError(.epochStale, index: place.item, currentEpoch: epoch)
            }
            write.counters.lastSeq += 1
            write.counters.revision += 1
            if item.role == .user || item.role == .assistant { write.preview = place }
            let row = Row(
                place: place, seq: write.counters.lastSeq, revision: write.counters.revision,
                resetEpoch: epoch)
            rows.append(row)
            placed[key] = KnownMessage(
                seq: row.seq, revision: row.revision, timestamp: item.timestamp, digest: item.digest)
            return AppendResult(
                seq: row.seq, revision: row.revision, duplicate: false, timestamp: item.timestamp)
        }

        /// The session as it was, or a new one, which belongs to its first writer.
        private func firstWrite(of append: Append) -> SessionWrite {
            if let counters = counters[append.sessionID] {
                return SessionWrite(id: append.sessionID, created: false, counters: counters)
            }
            let user = append.owner ?? append.items.first?.userID?.string
            return SessionWrite(
                id: append.sessionID, created: true, counters: SessionCounters(userID: user))
        }

        private mutating func withdraw(_ append: Append, from rowsBefore: Int) {
            for row in rows[rowsBefore...] {
                let item = append.items[row.place.item]
                placed[MessageKey(sessionID: append.sessionID, messageID: item.messageID)] = nil
            }
            rows.removeSubrange(rowsBefore...)
        }
    }
}
