import NIOCore
import Testing

@testable import RPCTransport

private final class Holder: DeadlineHolder {
    let deadline: NIODeadline
    var deadlinePosition = -1

    init(_ nanoseconds: UInt64) {
        deadline = .uptimeNanoseconds(nanoseconds)
    }
}

@Suite("Deadlines of calls")
struct ClientDeadlineQueueTests {
    @Test("they come out in order, whatever was taken out meanwhile", arguments: 0..<20)
    func keepsOrder(seed: UInt64) {
        var generator = SplitMix(state: seed)
        var queue = DeadlineQueue<Holder>()
        var holders = (0..<200).map { _ in Holder(UInt64.random(in: 1...100, using: &generator)) }
        for holder in holders { queue.insert(holder) }
        holders.shuffle(using: &generator)
        for holder in holders.prefix(120) {
            queue.remove(holder)
            queue.remove(holder)
        }
        var left = holders.dropFirst(120).map(\.deadline).sorted()
        while let first = queue.first {
            #expect(first.deadline == left.removeFirst())
            queue.remove(first)
        }
        #expect(left.isEmpty)
        #expect(queue.count == 0)
    }
}

/// A generator that can be started again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
