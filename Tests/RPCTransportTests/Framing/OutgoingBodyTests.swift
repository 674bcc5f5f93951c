import GeneratedRPC
import ProtobufRuntime
import Testing

@testable import RPCTransport

@Suite struct OutgoingBodyTests {
    private static func value(_ count: Int, _ seed: Int) -> BytesValue {
        BytesValue.with { $0.value = (0..<count).map { UInt8(($0 &* 7 &+ seed) & 0xff) } }
    }

    /// However small and large messages follow each other, and however much is taken at once, the bytes come in order.
    @Test(arguments: [1, 5, 16_384, 100_000]) func bytesAndPartsComeInTheOrderInWhichTheyWerePut(step: Int) {
        var body = OutgoingBody()
        var expected: [UInt8] = []
        var taken: [UInt8] = []
        for (number, size) in [10, 40_000, 0, 32_768, 32_767, 3, 70_000, 70_000, 1].enumerated() {
            let message = Self.value(size, number)
            MessageFraming.write(message.storage, to: &body)
            let bytes = message.serialized()
            expected += [0] + (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (24 - 8 * $0)) } + bytes
            #expect(body.queuedBytes == expected.count - taken.count)
            // Some is taken in between, as the peer reads.
            take(min(step, body.queuedBytes), from: &body, to: &taken)
        }
        while body.queuedBytes > 0 { take(min(step, body.queuedBytes), from: &body, to: &taken) }
        #expect(taken == expected)
    }

    private func take(_ count: Int, from body: inout OutgoingBody, to taken: inout [UInt8]) {
        var part = [UInt8](repeating: 0, count: count)
        part.withUnsafeMutableBytes { body.moveFirst(count, into: $0) }
        taken += part
    }

    @Test func whatIsGivenUpIsGone() {
        var body = OutgoingBody()
        var spare = SpareMemory()
        MessageFraming.write(Self.value(40_000, 1).storage, to: &body)
        body.giveMemory(to: &spare)
        #expect(body.queuedBytes == 0)
        body.bytes.append([1, 2])
        var taken: [UInt8] = []
        take(2, from: &body, to: &taken)
        #expect(taken == [1, 2])
    }
}
