import NIOCore
import NIOHTTP1
import RPCCore
import Testing

@testable import RPCTransport

/// Responses whose bodies are written part by part.
@Suite struct BodyInPartsTests {
    /// `/N/SIZE` answers with N parts of that size; `/broken` breaks off after the first; `/other/N` wants another response behind N.
    private struct PartsResponder: HTTPResponder {
        let written = Counter()
        let ended = Event()

        func respond(to request: HTTPRequest) async -> HTTPResponse {
            let words = request.target.split(separator: "/")
            let count = Int(words[0])
            let size = words.count > 1 ? Int(words[1]) ?? 1 : 1
            return HTTPResponse(
                status: 200, headers: ["x-own": "1"],
                body: .parts { body in
                    defer { ended.happen() }
                    if words[0] == "other" {
                        for _ in 0..<size { try await body.write(ByteBuffer(string: "A")) }
                        throw OtherResponse(HTTPResponse(status: 409, body: ByteBuffer(string: "no")))
                    }
                    for number in 0..<(count ?? 1) {
                        try await body.write(ByteBuffer(repeating: 65, count: size), adding: ["x-part": "\(number)"])
                        written.add(1)
                    }
                    if count == nil { throw RPCError(.internalError, "as the test has it") }
                })
        }
    }

    private static func get(_ target: String, _ version: String = "1.1") -> String {
        "GET \(target) HTTP/\(version)\r\nHost: h\r\n\r\n"
    }

    private static let head = "HTTP/1.1 200 OK\r\nx-own: 1\r\nx-part: 0\r\ntransfer-encoding: chunked\r\n\r\n"

    @Test func byHTTP11TheyAreChunksAndTheConnectionGoesOn() async throws {
        try await TestServer.run(responder: PartsResponder()) { server in
            let client = try await server.connectBytes()
            try await client.send(Self.get("/2/3") + Self.get("/1"))
            let expected = Self.head + "3\r\nAAA\r\n3\r\nAAA\r\n0\r\n\r\n" + Self.head + "1\r\nA\r\n0\r\n\r\n"
            #expect(await client.receive(atLeast: expected.utf8.count) == expected)
            try await client.send(Self.get("/0"))
            let empty = expected + "HTTP/1.1 200 OK\r\nx-own: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
            #expect(await client.receive(atLeast: empty.utf8.count) == empty)
        }
    }

    @Test(arguments: ["GET", "HEAD"]) func whereThereAreNoChunksTheConnectionEndsTheBody(method: String) async throws {
        try await TestServer.run(responder: PartsResponder()) { server in
            let client = try await server.connectBytes()
            try await client.send("\(method) /2/3 HTTP/\(method == "GET" ? "1.0" : "1.1")\r\nHost: h\r\n\r\n")
            let answer = await client.receiveUntilClosed()
            #expect(answer.hasPrefix("HTTP/1.0 200 OK\r\nx-own: 1\r\n"))
            #expect(answer.hasSuffix("connection: close\r\n\r\n" + (method == "GET" ? "AAAAAA" : "")))
        }
    }

    @Test func byHTTP2TheyAreDATA() async throws {
        try await TestServer.run(responder: PartsResponder()) { server in
            let client = try await server.connect()
            let plain: KeyValuePairs = ["content-type": "text/plain"]
            let reply = try await client.open("/2/3", body: [], headers: plain).reply()
            #expect(reply.headers == [":status": "200", "x-own": "1", "x-part": "0"])
            #expect(reply.body == Array("AAAAAA".utf8))
            #expect(try await client.open("/0", body: [], headers: plain).reply().body.isEmpty)
        }
    }

    @Test func oneThatBreaksOffDoesNotLookWhole() async throws {
        try await TestServer.run(responder: PartsResponder()) { server in
            let client = try await server.connectBytes()
            try await client.send(Self.get("/broken"))
            #expect(await client.receiveUntilClosed() == Self.head + "1\r\nA\r\n")
            let second = try await server.connect().open("/broken", body: [], headers: ["content-type": "text/plain"])
            #expect(try await second.reply().code == .internalError)
        }
    }

    @Test func beforeTheFirstPartItCanBeAnotherResponse() async throws {
        try await TestServer.run(responder: PartsResponder()) { server in
            let client = try await server.connectBytes()
            try await client.send(Self.get("/other/0") + Self.get("/other/1"))
            // The connection goes on behind the one, and ends in the other.
            #expect(
                await client.receiveUntilClosed()
                    == "HTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\nno"
                    + "HTTP/1.1 200 OK\r\nx-own: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nA\r\n")
            let second = try await server.connect()
            let plain: KeyValuePairs = ["content-type": "text/plain"]
            let reply = try await second.open("/other/0", body: [], headers: plain).reply()
            #expect(reply.headers == [":status": "409", "content-length": "2"])
            #expect(reply.body == Array("no".utf8))
            #expect(try await second.open("/other/1", body: [], headers: plain).reply().code == .internalError)
        }
    }

    @Test func aSlowReaderByHTTP11HoldsUpTheWriter() async throws {
        let responder = PartsResponder()
        let size = 256 * 1_024
        let total = 256
        // What the system keeps for a connection, at both of its ends.
        let bound = 32 * 1_024 * 1_024
        try await TestServer.run(responder: responder) { server in
            let client = try await ByteClient.connect(port: server.port, reads: false)
            try await client.send(Self.get("/\(total)/\(size)"))
            var received = 0
            while received < total * size {
                client.readOnce()
                received = await client.receivedCount(atLeast: received + 1)
                #expect(responder.written.now * size <= received + bound)
            }
        }
    }

    @Test func aSlowReaderByHTTP2HoldsUpTheWriter() async throws {
        let responder = PartsResponder()
        try await TestServer.run({ $0.maximumQueuedBytesPerStream = 50_000 }, responder: responder) { server in
            var configuration = HTTP2Configuration()
            configuration.streamWindowBytes = 65_535
            let client = try await server.connect(configuration)
            try await client.on { $0.consumesAtOnce = false }
            let call = try await client.open("/300/10000", body: [], headers: ["content-type": "text/plain"])
            await call.wait(for: "data")
            while responder.written.now < 300 {
                try await client.roundTrip()
                let received = try await call.received
                #expect(responder.written.now * 10_000 <= received + 65_535 + 50_000 + 2 * 10_000)
                try await call.consume()
            }
            try await client.on { $0.consumesAtOnce = true }
            try await call.consume()
            #expect(try await call.reply().body.count == 3_000_000)
        }
    }

    @Test(arguments: ["by closing", "by ending its side", "by ending its side behind another request"])
    func aReaderThatGoesAwayEndsTheWriterThatWaits(how: String) async throws {
        let responder = PartsResponder()
        try await TestServer.run(responder: responder) { server in
            let client = try await ByteClient.connect(port: server.port, reads: how != "by closing")
            try await client.send(Self.get("/1000000000/10000"))
            if how == "by closing" {
                try await client.close()
            } else {
                _ = await client.receive(atLeast: 1)
                if how != "by ending its side" { try await client.send("POST / HT") }
                try await client.sendEnd()
            }
            await responder.ended.wait()
        }
    }

    @Test func aReaderByHTTP2ThatResetsEndsTheWriterThatWaits() async throws {
        let responder = PartsResponder()
        try await TestServer.run(responder: responder) { server in
            let client = try await server.connect()
            try await client.on { $0.consumesAtOnce = false }
            let call = try await client.open("/1000000000/10000", body: [], headers: ["content-type": "text/plain"])
            await call.wait(for: "data")
            try await client.on { $0.session.reset(call, .cancel) }
            await responder.ended.wait()
        }
    }
}
