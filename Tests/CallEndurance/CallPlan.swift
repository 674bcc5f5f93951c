/// What happens to one call: drawn before it begins.
struct CallPlan {
    enum Kind: UInt64, CaseIterable {
        case unary = 1
        case serverStreaming
        case clientStreaming
        case bidirectional

        var salt: UInt64 { rawValue << 32 }
    }

    enum End {
        /// It may come to its end.
        case none
        /// The caller's task is cancelled after it has yielded so many times.
        case cancelled(afterYields: Int)
        /// Its deadline passes, after so many microseconds.
        case deadline(microseconds: Int)
        /// The caller stops to read, or to write, after so many messages.
        case abandoned(afterMessages: Int)
    }

    let kind: Kind
    let end: End
    /// How many messages each side that streams sends.
    let messages: Int
    /// Their size in bytes; now and then more than a window.
    let bytes: Int
    /// What the handler does: see `EnduranceServer`.
    let behaviour: Int

    init(_ kind: Kind, _ random: inout SplitMix64) {
        self.kind = kind
        messages = Int.random(in: 0...6, using: &random)
        bytes = Int.random(in: 0..<200, using: &random) == 0 ? 100_000 : Int.random(in: 0...64, using: &random)
        behaviour = Int.random(in: 0..<8, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: end = .none
        case 1: end = .deadline(microseconds: Int.random(in: 1...5_000, using: &random))
        case 2: end = .abandoned(afterMessages: Int.random(in: 0...3, using: &random))
        default: end = .cancelled(afterYields: Int.random(in: 0...40, using: &random))
        }
    }
}

/// A generator of random numbers that a seed decides (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
