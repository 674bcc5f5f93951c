internal import NIOCore

/// How much is read of a peer at once. What is read is worked off before others have their turn: for whoever opens streams and
/// resets them, which costs much for its bytes, that is kept short.
extension HTTP2ServerConnection {
    static let ordinaryReads = AdaptiveRecvByteBufferAllocator(minimum: 1_024, initial: 16_384, maximum: 65_536)
    private static let bites = FixedSizeRecvByteBufferAllocator(capacity: 2_048)

    func readInBites() {
        isReadInBites = true
        try? context?.channel.syncOptions?.setOption(.recvAllocator, value: Self.bites)
    }

    /// Reads as before from a peer that has been good for a while.
    func checkReads() {
        guard isReadInBites, !meter.isStillResettingOften(now: eventLoop.now) else { return }
        isReadInBites = false
        try? context?.channel.syncOptions?.setOption(.recvAllocator, value: Self.ordinaryReads)
    }
}
