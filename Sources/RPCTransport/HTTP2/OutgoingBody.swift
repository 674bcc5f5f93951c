internal import ProtobufRuntime

/// What a stream still has to send: bytes, and how it ends after them.
struct OutgoingBody: ~Copyable {
    enum Ending {
        /// More may come.
        case open
        /// The last byte carries END_STREAM.
        case endStream
        /// Trailers follow the last byte.
        case fixedTrailers(FixedHeaderBlock)
        case trailers(HeaderBlock)
    }

    /// A large part of a message, which is not copied until it is sent.
    private struct Lent {
        /// How many of the queue's bytes go between the one before it, or the beginning, and this.
        var gap: Int
        var part: LentBytes
        var sent = 0
    }

    /// Bytes that are waiting for the peer's window or for the socket.
    var bytes = ByteQueue()
    var ending = Ending.open
    /// nghttp2 asked for bytes when there were none; it has to be told when there are some.
    var isDeferred = false

    private var lent: [Lent] = []
    /// What of `lent` has not been sent.
    private var lentBytes = 0
    /// Bytes of the queue that go before the last of `lent`.
    private var gaps = 0

    init() {}

    var queuedBytes: Int { bytes.count + lentBytes }

    /// Puts the part behind all that is there.
    mutating func lend(_ part: LentBytes) {
        lent.append(Lent(gap: bytes.count - gaps, part: part))
        gaps = bytes.count
        lentBytes += part.count
    }

    /// Takes the first `count` bytes out, to `target`, which is as long.
    @inline(__always)
    mutating func moveFirst(_ count: Int, into target: UnsafeMutableRawBufferPointer) {
        if lent.isEmpty { return bytes.moveFirst(count, into: target) }
        moveFirstOfBoth(into: target)
    }

    private mutating func moveFirstOfBoth(into target: UnsafeMutableRawBufferPointer) {
        var rest = target
        while !rest.isEmpty {
            guard let first = lent.first else { return bytes.moveFirst(rest.count, into: rest) }
            let left = first.gap > 0 ? first.gap : first.part.count - first.sent
            let now = UnsafeMutableRawBufferPointer(rebasing: rest.prefix(left))
            if first.gap > 0 {
                bytes.moveFirst(now.count, into: now)
                lent[0].gap -= now.count
                gaps -= now.count
            } else {
                first.part.copy(from: first.sent, into: now)
                lent[0].sent += now.count
                lentBytes -= now.count
                if now.count == left { lent.removeFirst() }
            }
            rest = UnsafeMutableRawBufferPointer(rebasing: rest.dropFirst(now.count))
        }
    }

    /// Drops what has not been sent, and gives up the memory.
    mutating func giveMemory(to spare: inout SpareMemory) {
        lent = []
        lentBytes = 0
        gaps = 0
        spare.take(from: &bytes)
    }
}
