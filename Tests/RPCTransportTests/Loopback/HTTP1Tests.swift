import Testing

@testable import RPCTransport

@Suite struct HTTP1Tests {
    static func answer(_ body: String, close: Bool = false) -> String {
        "HTTP/1.1 200 OK\r\nx-cookie: -\r\ncontent-length: \(body.utf8.count)\r\n"
            + (close ? "connection: close\r\n" : "") + "\r\n" + body
    }

    static let first = "GET /a?b=%2F HTTP/1.1\r\nHost: h\r\n\r\n"
    static let second = "POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
    static let chunked =
        "POST /d HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    static let answers = [answer("GET /a?b=%2F h "), answer("POST /c h hello"), answer("POST /d h abcde")]

    @Test func oneConnectionServesOneRequestAfterAnother() async throws {
        try await TestServer.run { server in
            let client = try await server.connectBytes()
            var expected = ""
            for (request, answer) in zip([Self.first, Self.second, Self.chunked], Self.answers) {
                try await client.send(request)
                expected += answer
                #expect(await client.receive(atLeast: expected.utf8.count) == expected)
            }
        }
    }

    @Test func requestsSentAtOnceAreAnsweredInOrder() async throws {
        try await TestServer.run { server in
            let client = try await server.connectBytes()
            try await client.send(Self.first + Self.second + Self.chunked)
            let expected = Self.answers.joined()
            #expect(await client.receive(atLeast: expected.utf8.count) == expected)
        }
    }

    /// NIO's decoder reads nothing behind a request to upgrade: a connection kept alive would never answer again.
    @Test(arguments: ["h2c", "websocket"])
    func aRequestToUpgradeIsAnsweredAndIsTheLast(_ to: String) async throws {
        try await TestServer.run { server in
            let client = try await server.connectBytes()
            try await client.send("GET /a HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: \(to)\r\n\r\n")
            let answer = await client.receive(atLeast: .max)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("connection: close\r\n"))
        }
    }

    @Test func requestsMayDribble() async throws {
        try await TestServer.run { server in
            let client = try await server.connectBytes()
            for byte in (Self.first + Self.second + Self.chunked).utf8 { try await client.send([byte]) }
            let expected = Self.answers.joined()
            #expect(await client.receive(atLeast: expected.utf8.count) == expected)
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", answer("GET / h ", close: true)),
        ("GET / HTTP/1.0\r\n\r\n", answer("GET / - ", close: true)),
        (
            "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 200 OK\r\nx-cookie: -\r\ncontent-length: 9\r\nconnection: close\r\n\r\n"
        ),
        (
            "GET /empty HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"
        ),
    ])
    func theLastRequestClosesTheConnection(request: String, answer: String) async throws {
        try await TestServer.run { server in
            let client = try await server.connectBytes()
            try await client.send(request)
            #expect(await client.receiveUntilClosed() == answer)
        }
    }

    @Test func aClientThatEndsItsSideStillGetsItsAnswer() async throws {
        try await TestServer.run { server in
            let client = try await server.connectBytes()
            try await client.send(Self.first)
            try await client.sendEnd()
            #expect(await client.receiveUntilClosed() == Self.answers[0])
        }
    }

    @Test func aBodyIsAskedForWhereTheClientWaits() async throws {
        try await TestServer.run { server in
            let client = try await server.connectBytes()
            try await client.send("POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            let go = "HTTP/1.1 100 Continue\r\n\r\n"
            #expect(await client.receive(atLeast: go.utf8.count) == go)
            try await client.send("hello")
            let expected = go + Self.answers[1]
            #expect(await client.receive(atLeast: expected.utf8.count) == expected)
        }
    }

    @Test(arguments: [
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", "413"),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n", "413"),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n", "413"),
        ("GET /" + String(repeating: "a", count: 9_000) + " HTTP/1.1\r\nHost: h\r\n\r\n", "414"),
        ("GET / HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "a", count: 17_000) + "\r\n\r\n", "431"),
        ("GET / HTTP/1.1\r\nHost: h\r\n" + String(repeating: "X: a\r\n", count: 101) + "\r\n", "431"),
        ("GET / HTTP/1.1\r\n\r\n", "400"), ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
        ("nonsense\r\n\r\n", "400"), ("GET / HTTP/1.1\r\nHost: h\r\nbad header\r\n\r\n", "400"),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
    ])
    func badRequestsAreAnsweredAndTheConnectionCloses(request: String, status: String) async throws {
        try await TestServer.run({ $0.maximumHTTPBodyBytes = 10 }) { server in
            let client = try await server.connectBytes()
            try await client.send(request)
            let answer = await client.receive(atLeast: 20)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.lowercased().contains("connection: close"))
            // The server may have closed by itself by now.
            try? await client.sendEnd()
            _ = await client.receiveUntilClosed()
        }
    }

    @Test func aLargeAnswerArrivesWhole() async throws {
        try await TestServer.run { server in
            let client = try await server.connectBytes()
            try await client.send("GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(await client.receiveUntilClosed().utf8.count > 3_000_000)
        }
    }
}
