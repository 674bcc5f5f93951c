import NIOCore
import Testing

@testable import RPCTransport

/// Peers that keep a connection busy by sending next to nothing: a byte now and then never gives them more time. (TLS
/// handshakes: `TLSCallTests`.)
@Suite struct SlowlorisTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Sent at once.
        var beginning: [UInt8]
        /// Sent again and again, a byte at a time, until the server closes.
        var dribble: [UInt8]
    }

    static let cases = [
        Case(testDescription: "in the preface", beginning: [], dribble: preface),
        Case(
            testDescription: "in a header block",
            // HEADERS of 16,000 bytes on stream 1.
            beginning: preface + [0, 62, 128, 1, 4, 0, 0, 0, 1], dribble: [0, 1, 97, 1, 98]),
        Case(
            testDescription: "between header frames",
            // HEADERS of stream 1 without END_HEADERS, and CONTINUATION frames that hold nothing.
            beginning: preface + [0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82], dribble: [0, 0, 0, 9, 0, 0, 0, 0, 1]),
        Case(
            testDescription: "in HTTP/1.1's header", beginning: Array("GET / HTTP/1.1\r\nHost: h\r\n".utf8),
            dribble: Array("X-A: b\r\n".utf8)),
        Case(
            testDescription: "in HTTP/1.1's body",
            beginning: Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n".utf8), dribble: [65]),
    ]

    @Test(arguments: cases) func whoeverDribblesIsClosed(attack: Case) async throws {
        try await TestServer.run({
            $0.headerTimeoutSeconds = 3
            $0.requestTimeoutSeconds = 3
        }) { server in
            let attacker = try await server.connectBytes()
            try await attacker.send(attack.beginning)
            let dribbling = Task {
                while !Task.isCancelled {
                    for byte in attack.dribble {
                        try await attacker.send([byte])
                        try await Task.sleep(for: .milliseconds(150))
                    }
                }
            }
            _ = await attacker.receiveUntilClosed()
            dribbling.cancel()
            // Nobody else has to hurry.
            #expect(try await server.connect().call(TestService.echo).status == "0")
        }
    }

    @Test func aBodyByHTTP2ThatDribblesIsResetAndTheConnectionStays() async throws {
        try await TestServer.run({ $0.requestTimeoutSeconds = 1 }) { server in
            let client = try await server.connect()
            let call = try await client.open(
                "/x", body: [65], end: false, headers: ["content-type": "text/plain"])
            let dribbling = Task {
                while !Task.isCancelled {
                    try await Task.sleep(for: .milliseconds(150))
                    try await client.on { client in
                        guard call.isOpen else { return }
                        call.outgoing.bytes.append([65])
                        client.session.outgoingChanged(call)
                    }
                }
            }
            #expect(try await call.reply().code == .cancel)
            dribbling.cancel()
            #expect(try await client.call(TestService.echo).status == "0")
        }
    }
}
