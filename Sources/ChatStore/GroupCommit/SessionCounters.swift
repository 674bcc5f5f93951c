/// What an append has to know of its session: the numbers of its locked row.
struct SessionCounters: Sendable, Hashable {
    /// Whose session it is; nil for nobody's.
    var userID: String?
    /// False for a deleted session.
    var isActive = true
    /// The seq of the newest message, of whatever epoch; 0 before the first one.
    var lastSeq: Int64 = 0
    var revision: Int64 = 0
    var resetEpoch: Int64 = 0
    /// The seq that the current epoch's first message has, or will have: the epoch's messages are those from it on.
    var epochFirstSeq: Int64 = 1
    /// How many messages of the current epoch are deleted.
    var tombstoneCount: Int64 = 0

    /// How many visible messages the current epoch has. It follows from the others, because seq is dense, so no
    /// store keeps it.
    var messageCount: Int64 { lastSeq - epochFirstSeq + 1 - tombstoneCount }

    /// Whether `owner` may know of the session; nil may of every one.
    func isVisible(to owner: String?) -> Bool {
        owner == nil || owner == userID
    }
}
