import GeneratedMessages
import ProtobufRuntime

/// What a store finds of a session and its messages since a cursor, in one snapshot, and the page of changes made from it: a pure
/// value.
///
/// A message that was never changed is found by its seq, one that was by its change's revision: each is there once, as it is now.
struct ChangeFeed {
    struct Entry {
        var message: Message
        /// Whether it was changed after it was made.
        var isChanged: Bool
    }

    var storeID: UUID
    var session: Session
    /// The revision at which the session itself was changed last; 0 for never.
    var sessionRevision: Int64
    /// By revision; one more than asked for where there are more, or fewer where they fill the page.
    var entries: [Entry] = []
    /// Whether there are more than these.
    var hasMoreEntries = false

    /// Throws cursorExpired for a cursor of another store, or one that is ahead.
    func check(_ cursor: ChangeCursor) throws(StoreError) {
        guard cursor.storeID == storeID, cursor.resetEpoch <= session.resetEpoch, cursor.seq <= session.lastSeq,
            max(cursor.revision, cursor.sessionRevision) <= session.revision
        else { throw StoreError(.cursorExpired) }
    }

    func page(for query: ChangeQuery) throws(StoreError) -> ChangePage {
        if let after = query.after { try check(after) }
        var next =
            query.after
            ?? ChangeCursor(
                storeID: storeID, sessionID: query.sessionID, resetEpoch: session.resetEpoch, seq: 0, revision: 0,
                sessionRevision: -1)
        var response = ListChangesResponse()
        if next.resetEpoch < session.resetEpoch {
            response.changes.append { $0.reset.resetEpoch = session.resetEpoch }
            next.resetEpoch = session.resetEpoch
        }
        var tellsOfSession = sessionRevision > next.sessionRevision
        func tellOfSession() {
            response.changes.append { change in
                change.revision = sessionRevision
                change.session = session
            }
            next.sessionRevision = sessionRevision
            tellsOfSession = false
        }
        for entry in entries {
            if tellsOfSession, sessionRevision < entry.message.revision, response.changes.count < query.limit {
                tellOfSession()
            }
            guard response.changes.count < query.limit else {
                response.hasMore = true
                return ChangePage(changes: response, next: next)
            }
            response.changes.append { change in
                change.revision = entry.message.revision
                change.message = entry.message
            }
            next.revision = entry.message.revision
            if !entry.isChanged { next.seq = entry.message.seq }
        }
        response.hasMore = hasMoreEntries || (tellsOfSession && response.changes.count >= query.limit)
        if tellsOfSession, !hasMoreEntries, response.changes.count < query.limit { tellOfSession() }
        // All that there is has been seen; of a deleted session that is not the messages.
        if !hasMoreEntries, session.isActive {
            next.seq = session.lastSeq
            next.revision = session.revision
        }
        return ChangePage(changes: response, next: next)
    }
}
