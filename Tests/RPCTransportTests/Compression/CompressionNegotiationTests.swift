import GeneratedRPC
import NIOCore
import ProtobufRuntime
import RPCCore
import Testing

@testable import RPCTransport

/// What goes over the wire, seen by a client that can be wrong.
@Suite struct CompressionNegotiationTests {
    static let message = ProtoAny.with { $0.value = [UInt8](repeating: 65, count: 10_000) }

    static func frame(_ message: ProtoAny, _ compression: Compression) -> [UInt8] {
        var buffer = ByteBuffer()
        MessageFraming.write(message.storage, compression, to: &buffer)
        return Array(buffer.readableBytesView)
    }

    @Test func aCallThatHasNothingToDoWithCompressionHasTheFewestHeaders() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            for headers in [[:], ["grpc-accept-encoding": "identity, deflate, gzip"]] as [KeyValuePairs<String, String>]
            {
                let reply = try await client.call(TestService.echo, Self.message, headers: headers)
                #expect(reply.headers == [":status": "200", "content-type": "application/grpc"])
                #expect(try reply.messages() == [Self.message])
            }
        }
    }

    @Test(arguments: Compression.allCases)
    func aCompressedRequestIsTakenAndItsServerSaysWhatItUnderstands(compression: Compression) async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let body = Self.frame(Self.message, compression)
            #expect(body[0] == 1)
            let headers: KeyValuePairs = ["grpc-encoding": compression.rawValue]
            let reply = try await client.open(TestService.echo.path, body: body, headers: headers).reply()
            #expect(try reply.messages() == [Self.message])
            #expect(reply.headers["grpc-accept-encoding"] == "identity,deflate,gzip")
            #expect(reply.headers["grpc-encoding"] == nil)
        }
    }

    @Test func aCompressedRequestMaySplitAnywhere() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let body = Self.frame(Self.message, .gzip)
            for split in stride(from: 1, to: body.count, by: 3) {
                let call = try await client.open(
                    TestService.echo.path, body: Array(body[..<split]), end: false, headers: ["grpc-encoding": "gzip"])
                try await client.roundTrip()
                try await call.send(Array(body[split...]), end: true)
                #expect(try await call.reply().messages() == [Self.message])
            }
        }
    }

    @Test(arguments: [
        ("identity, deflate, gzip", "gzip"), ("gzip", "gzip"), ("deflate", nil), ("identity", nil), ("", nil),
    ])
    func aResponseIsCompressedOnlyForACallerThatUnderstandsIt(accepted: String, used: String?) async throws {
        try await TestServer.run({ $0.responseCompression = .gzip }) { server in
            let client = try await server.connect()
            let reply = try await client.call(
                TestService.echo, Self.message, headers: ["grpc-accept-encoding": accepted])
            #expect(reply.headers["grpc-encoding"] == used)
            #expect(reply.body.first == (used == nil ? 0 : 1))
            #expect((reply.body.count < 1_000) == (used != nil))
            #expect(reply.trailers == ["grpc-status": "0"])
        }
    }

    @Test(
        arguments: [
            ("gzip", [1, 0, 0, 0, 3, 9, 9, 9], "13"), ("deflate", [1, 0, 0, 0, 3, 9, 9, 9], "13"),
            ("identity", [1, 0, 0, 0, 0], "13"), ("br", [0, 0, 0, 0, 0], "12"), ("gzip, gzip", [0, 0, 0, 0, 0], "12"),
            // Nothing at all is an empty message, and a message need not be compressed.
            ("gzip", [1, 0, 0, 0, 0], "0"), ("gzip", [0, 0, 0, 0, 0], "0"),
        ] as [(String, [UInt8], String)])
    func aMessageIsWhatItsEncodingSays(encoding: String, body: [UInt8], status: String) async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            for method in [TestService.echo, TestService.collect] {
                let call = try await client.open(method.path, body: body, headers: ["grpc-encoding": encoding])
                let reply = try await call.reply()
                #expect(reply.status == status)
                if status == "12" {
                    #expect(reply.headers["grpc-accept-encoding"] == "identity,deflate,gzip")
                    #expect(reply.message?.contains("identity,deflate,gzip") == true)
                }
            }
            #expect(try await client.call(TestService.echo).status == "0")
        }
    }

    /// Every other call names an encoding: what one has said is not remembered for the next.
    @Test func encodingsAreEachCallsOwn() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let body = Self.frame(Self.message, .gzip)
            for _ in 0..<3 {
                let named = try await client.open(TestService.echo.path, body: body, headers: ["grpc-encoding": "gzip"])
                #expect(try await named.reply().status == "0")
                #expect(try await client.open(TestService.echo.path, body: body).reply().status == "13")
            }
        }
    }
}
