import ChatStore

/// The ids of those messages of a request that bring none: a new id for the first place, and counted up from it for the
/// others, so that one value tells a caller all of them.
struct MintedIDs: Sendable {
    /// The id of the message at index 0; of the others, by the contract, only its last 48 bits (12 hexadecimal digits)
    /// differ.
    let base: UUID

    init() {
        let id = UUID.mint()
        // Room to count in the last 48 bits without a carry.
        base = UUID(high: id.high, low: id.low & ~(1 << 47))
    }

    /// The id of the message at that index, if it brings none.
    subscript(index: Int) -> UUID {
        UUID(high: base.high, low: base.low + UInt64(index))
    }
}

extension UUID {
    /// A new id of version 7, of now.
    static func mint() -> UUID {
        var generator = SystemRandomNumberGenerator()
        return .version7(millisecondsSince1970: UInt64(WallClock.unixMicroseconds / 1000), using: &generator)
    }
}
