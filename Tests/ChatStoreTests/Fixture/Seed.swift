import Foundation

/// The seed of the tests that draw at random: CHATRPC_TEST_SEED, or a new one, printed so that a failure can be had
/// again.
let testSeed: UInt64 = {
    if let text = ProcessInfo.processInfo.environment["CHATRPC_TEST_SEED"], let seed = UInt64(text) {
        return seed
    }
    let seed = UInt64.random(in: 0...UInt64.max)
    print("CHATRPC_TEST_SEED=\(seed)")
    return seed
}()

/// How often a crash test kills: CHATRPC_TEST_CRASHES, or a few times.
let testCrashes = ProcessInfo.processInfo.environment["CHATRPC_TEST_CRASHES"].flatMap { Int($0) } ?? 5

/// SplitMix64: small, quick, and the same everywhere for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameter stream: Tells generators of one seed apart, such as the writers of one test.
    init(stream: UInt64 = 0) {
        state = testSeed &+ stream &* 0xD1B5_4A32_D192_ED03
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
