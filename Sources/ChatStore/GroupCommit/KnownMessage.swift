/// The key of a message: its id is unique within its session.
struct MessageKey: Sendable, Hashable {
    var sessionID: UUID
    var messageID: UUID
}

/// What an append has to know of a stored message with the same id, whatever its epoch and whether it is deleted.
struct KnownMessage: Sendable, Hashable {
    var seq: Int64
    /// The session's revision when it last changed.
    var revision: Int64
    /// Microseconds since 1970-01-01T00:00:00Z.
    var timestamp: Int64
    /// Nil for a message from before digests were kept: it never conflicts.
    var digest: MessageDigest?
    /// Its own id, where it was found by an id that a page knows it by.
    var storedID: UUID?
}
