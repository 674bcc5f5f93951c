import GeneratedRPC
import ProtobufRuntime
import RPCCore
import Testing

@testable import RPCTransport

@Suite struct CompressedFramingTests {
    @Test(
        arguments: Compression.allCases,
        [([], false), ([1], false), (Array(1...200), false), ([UInt8](repeating: 1, count: 100), true)]
            as [([UInt8], Bool)])
    func aMessageIsCompressedOnlyIfThatMakesItSmaller(
        compression: Compression, message: (value: [UInt8], becomesSmaller: Bool)
    ) throws {
        let written = ProtoAny.with { $0.value = message.value }
        var queue = ByteQueue()
        MessageFraming.write(written.storage, compression, to: &queue)
        #expect(queue.count <= MessageFraming.prefixBytes + written.storage.serializedSize)
        var deframer = MessageDeframer(maximumMessageBytes: 1_000)
        deframer.acceptsCompressed = true
        queue.withBytes { deframer.append($0) }
        let read = try deframer.next { bytes, isCompressed in
            #expect(isCompressed == message.becomesSmaller)
            guard isCompressed else { return try ProtoAny(serialized: Array(bytes)) }
            return try MessageCompressor.ofThisThread.withDecompressed(bytes, compression, limit: 1_000) {
                try ProtoAny(serialized: Array($0))
            }
        }
        #expect(read == written)
    }
}
