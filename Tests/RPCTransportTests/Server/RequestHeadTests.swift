import RPCCore
import Testing

@testable import RPCTransport

@Suite struct RequestHeadTests {
    static let entry = MethodEntry(path: "/s/m", kind: .unary) { _ in }

    var reader: RequestHeadReader {
        var table = MethodTable()
        table.insert(Self.entry)
        return RequestHeadReader(table: table)
    }

    func headers(_ changes: KeyValuePairs<String, String?> = [:], limit: Int = 16_384) -> ReceivedHeaders {
        var fields: [(String, String)] = [
            (":method", "POST"), (":scheme", "http"), (":path", "/s/m"), (":authority", "h"),
            ("content-type", "application/grpc"), ("te", "trailers"),
        ]
        for (name, value) in changes {
            fields.removeAll { $0.0 == name && !name.hasPrefix("x-") }
            if let value { fields.append((name, value)) }
        }
        let received = ReceivedHeaders(maximumBytes: limit, maximumFields: 100)
        for (name, value) in fields {
            Array(name.utf8).withUnsafeBytes { name in
                _ = Array(value.utf8).withUnsafeBytes { received.append(name: name, value: $0) }
            }
        }
        return received
    }

    enum Outcome: Hashable, Sendable {
        case rpc, http
        case refused(Int)
        case failed(StatusCode)
    }

    func outcome(_ headers: ReceivedHeaders) -> Outcome {
        var reader = reader
        switch reader.read(headers).route {
        case .rpc(let entry): return entry === Self.entry ? .rpc : .http
        case .http: return .http
        case .refused(let status): return .refused(status)
        case .failed(let error): return .failed(error.code)
        }
    }

    @Test(arguments: [
        ("content-type", "application/grpc+proto", Outcome.rpc), ("content-type", "application/grpc;charset=x", .rpc),
        ("content-type", "application/grpc+json", .refused(415)), ("content-type", "application/grpcx", .refused(415)),
        ("content-type", "application/json", .http), ("content-type", "-", .http), ("content-type", "", .http),
        (":method", "GET", .refused(405)), (":path", "/s/other", .failed(.unimplemented)),
        (":path", "", .failed(.unimplemented)), (":path", "/s/m?x", .failed(.unimplemented)),
        ("grpc-encoding", "identity", .rpc), ("grpc-encoding", "gzip", .rpc), ("grpc-encoding", "deflate", .rpc),
        ("grpc-encoding", "br", .failed(.unimplemented)), ("grpc-encoding", "GZIP", .failed(.unimplemented)),
        ("grpc-timeout", "1S", .rpc), ("grpc-timeout", "1s", .failed(.invalidArgument)),
        ("x-key-bin", "AP8", .rpc), ("x-key-bin", "!", .failed(.invalidArgument)), ("te", "", .rpc),
    ])
    func aRequestIsTakenOrRefusedByItsHeaders(name: String, value: String, expected: Outcome) {
        #expect(outcome(headers([name: value])) == expected)
    }

    @Test func tooManyHeaderBytesAreRefused() {
        #expect(
            outcome(headers(["x-long": String(repeating: "a", count: 400)], limit: 600)) == .failed(.resourceExhausted))
    }

    @Test func metadataIsTheApplicationsFieldsOnly() {
        var reader = reader
        let head = reader.read(headers(["x-a": "1", "grpc-timeout": "5S", "user-agent": "t", "x-b-bin": "AQ"]))
        var expected: Metadata = ["x-a": "1", "user-agent": "t"]
        expected.add("x-b-bin", binary: [1])
        #expect(head.metadata == expected)
        #expect(head.timeout == .seconds(5))
    }

    @Test func metadataOfOneCallIsNeverAnothers() {
        var reader = reader
        #expect(reader.read(headers(["x-a": "1"])).metadata == ["x-a": "1"])
        #expect(reader.read(headers(["x-a": "2"])).metadata == ["x-a": "2"])
        #expect(reader.read(headers()).metadata == [:])
        #expect(reader.read(headers(["x-a": "2"])).metadata == ["x-a": "2"])
        #expect(reader.read(headers(["x-a": "2", "grpc-timeout": "1S"])).timeout == .seconds(1))
        #expect(reader.read(headers(["x-a": "2"])).timeout == nil)
    }

    @Test func aTableFindsEachOfManyPathsAndNoOther() {
        var table = MethodTable()
        let entries = (0..<500).map { MethodEntry(path: "/service/Method\($0)", kind: .unary) { _ in } }
        for entry in entries { table.insert(entry) }
        for entry in entries {
            #expect(Array(entry.path.utf8).withUnsafeBytes { table[$0] } === entry)
        }
        for path in ["", "/", "/service/Method", "/service/Method500", "/service/Method1 "] {
            #expect(Array(path.utf8).withUnsafeBytes { table[$0] } == nil)
        }
        #expect(table.count == 500)
    }
}
