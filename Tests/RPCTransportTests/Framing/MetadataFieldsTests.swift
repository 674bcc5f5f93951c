import CNghttp2
import RPCCore
import Testing

@testable import RPCTransport

@Suite struct MetadataFieldsTests {
    func fields(_ metadata: Metadata) -> [String] {
        var block = HeaderBlock()
        MetadataFields.append(metadata, to: &block)
        return block.withFields { fields in
            fields.map {
                String(decoding: UnsafeBufferPointer(start: $0.name, count: $0.namelen), as: UTF8.self) + ": "
                    + String(decoding: UnsafeBufferPointer(start: $0.value, count: $0.valuelen), as: UTF8.self)
            }
        }
    }

    func add(_ name: String, _ value: String, to metadata: inout Metadata) -> Bool {
        Array(name.utf8).withUnsafeBytes { name in
            Array(value.utf8).withUnsafeBytes { MetadataFields.add(name: name, value: $0, to: &metadata) }
        }
    }

    @Test func textAndBytesAreWritten() {
        var metadata: Metadata = ["x-request-id": "7"]
        metadata.add("x-key-bin", binary: [0, 255])
        #expect(fields(metadata) == ["x-request-id: 7", "x-key-bin: AP8"])
    }

    @Test(arguments: [
        ("content-type", "x"), ("te", "x"), ("grpc-status", "0"), (":path", "/"), ("bad name", "x"), ("x", "a\r\nb"),
        ("x", "é"),
        ("", "x"), ("content-length", "1"), ("connection", "close"), ("transfer-encoding", "chunked"),
    ])
    func whatTheProtocolKeepsForItselfOrCanNotCarryIsLeftOut(name: String, value: String) {
        #expect(fields(Metadata(dictionaryLiteral: (name, Metadata.Value.text(value)))) == [])
    }

    @Test func bytesAreReadPaddedUnpaddedAndJoined() {
        var metadata = Metadata()
        #expect(add("x-bin", "AP8,AP8=, AQ", to: &metadata))
        #expect(metadata.values("x-bin") == [.binary([0, 255]), .binary([0, 255]), .binary([1])])
    }

    @Test func bytesThatAreNotBase64AreRefused() {
        var metadata = Metadata()
        #expect(!add("x-bin", "!", to: &metadata))
    }
}
