import GeneratedTestMessages
import ProtobufRuntime
import Testing

@Suite struct LentBytesTests {
    private static func message(_ sizes: [Int]) -> Everything {
        Everything.with { message in
            message.int32Value = 7
            for (number, size) in sizes.enumerated() {
                let bytes = (0..<size).map { UInt8(($0 &* 31 &+ number) & 0x7f) }
                message.repeatedBytes.append(bytes)
                message.stringValue = String(decoding: bytes, as: UTF8.self)
                message.nestedValue.everything.int32Value = Int32(size)
                message.repeatedInt32.append(Int32(number))
            }
        }
    }

    @Test(arguments: [[], [0], [999], [1_000], [1, 1_000, 2, 5_000, 999, 100_000]])
    func thePartsAreTheMessage(sizes: [Int]) {
        let message = Self.message(sizes)
        let form = message.serializedForm
        var written: [UInt8] = []
        var lent: [Int] = []
        form.write(minimumLentBytes: 1_000) {
            written.append(contentsOf: $0)
        } lend: { part in
            lent.append(part.count)
            // Piece by piece, as a window may have it.
            for offset in stride(from: 0, to: part.count, by: 777) {
                let count = min(777, part.count - offset)
                written.append(
                    contentsOf: [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                        let target = UnsafeMutableRawBufferPointer(buffer)
                        part.copy(from: offset, into: UnsafeMutableRawBufferPointer(rebasing: target[..<count]))
                        initialized = count
                    })
            }
        }
        #expect(written == message.serialized())
        let large = sizes.filter { $0 >= 1_000 }
        // Each is there in the repeated field, and the last of all in the text.
        #expect(lent.sorted() == (large + ((sizes.last ?? 0) >= 1_000 ? [sizes[sizes.count - 1]] : [])).sorted())
        #expect(form.holdsPart(ofAtLeast: 1_000) == !large.isEmpty)
    }

    @Test func whatIsLentStaysAsItWasWhileTheMessageChanges() {
        var message = Self.message([2_000])
        var parts: [LentBytes] = []
        message.serializedForm.write(minimumLentBytes: 1_000) { _ in
        } lend: {
            parts.append($0)
        }
        message.repeatedBytes[0] = [1, 2, 3]
        message = Everything()
        for part in parts {
            var bytes = [UInt8](repeating: 0, count: 2_000)
            bytes.withUnsafeMutableBytes { part.copy(from: 0, into: $0) }
            #expect(bytes == (0..<2_000).map { UInt8(($0 &* 31) & 0x7f) })
        }
        #expect(parts.count == 2)
    }
}
