import RPCCore
import Testing

@testable import RPCTransport

@Suite("The client's side of a stream")
struct ClientStreamStateTests {
    // MARK: Good responses

    @Test("a unary response: headers, a message, trailers")
    func unary() {
        var state = ClientStreamState.unary
        #expect(state.headers([":status": "200", "content-type": "application/grpc", "a": "1"]) == "begin a=1")
        #expect(state.data(frame([1, 2, 3])) == ["message 3"])
        #expect(state.headers(["grpc-status": "0", "b": "2"]) == "none")
        #expect(state.end() == "finish OK b=2")
        #expect(state.closed(.noError) == "none")
    }

    @Test("messages are found however DATA is cut", arguments: 1...12)
    func cutMessages(size: Int) {
        var state = ClientStreamState.streaming
        _ = state.headers(ClientStreamState.good)
        let bytes = frame([1]) + frame([]) + frame([2, 3, 4, 5, 6, 7])
        var seen: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            seen += state.data(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(seen == ["message 1", "message 0", "message 6"])
        _ = state.headers(["grpc-status": "0"])
        #expect(state.end() == "finish OK")
    }

    @Test("1xx responses are passed over")
    func informational() {
        var state = ClientStreamState.unary
        #expect(state.headers([":status": "103"]) == "none")
        #expect(state.headers(ClientStreamState.good) == "begin")
    }

    @Test("a response that ends before the request resets the rest of it with NO_ERROR")
    func earlyResponse() {
        var state = ClientStreamState.streaming
        _ = state.headers(ClientStreamState.good)
        _ = state.headers(["grpc-status": "0"])
        #expect(state.end(requestEnded: false) == "finish OK reset 0")
    }

    // MARK: Errors that the server tells

    @Test("headers and trailers in one")
    func trailersOnly() {
        var state = ClientStreamState.unary
        let fields: KeyValuePairs = [
            ":status": "200", "content-type": "application/grpc", "grpc-status": "5",
            "grpc-message": "no%20such%20%E2%98%83",
        ]
        #expect(state.headers(fields) == "none")
        #expect(state.end() == "finish NOT_FOUND 'no such ☃'")
    }

    @Test(
        "statuses as they may come",
        arguments: [
            ("00", "finish INTERNAL 'the response has no message'"), ("13", "finish INTERNAL ''"),
            ("99", "finish CODE_99 ''"), ("x", "finish UNKNOWN 'the server's grpc-status is not a number'"),
            ("-1", "finish UNKNOWN 'the server's grpc-status is not a number'"),
            ("", "finish UNKNOWN 'the server's grpc-status is not a number'"),
        ])
    func statuses(value: String, result: String) {
        var state = ClientStreamState.unary
        _ = state.headers(ClientStreamState.good)
        _ = state.headers(["grpc-status": value])
        #expect(state.end() == result)
    }

    @Test(
        "answers that are not gRPC become a status by their HTTP status",
        arguments: [
            (400, "INTERNAL"), (401, "UNAUTHENTICATED"), (403, "PERMISSION_DENIED"), (404, "UNIMPLEMENTED"),
            (429, "UNAVAILABLE"), (502, "UNAVAILABLE"), (503, "UNAVAILABLE"), (504, "UNAVAILABLE"), (500, "UNKNOWN"),
            (200, "UNKNOWN"), (302, "UNKNOWN"),
        ])
    func httpStatuses(http: Int, code: String) {
        var state = ClientStreamState.unary
        let action = state.headers([":status": "\(http)", "content-type": "text/html"])
        #expect(
            action == "finish \(code) 'the server answered with HTTP status \(http), text/html, which is not gRPC'"
                + " reset 8")
        #expect(state.data(frame([1])) == [])
        #expect(state.end() == "none")
    }

    @Test(
        "what counts as gRPC",
        arguments: [
            ("application/grpc", true), ("application/grpc+proto", true), ("Application/GRPC;charset=utf-8", true),
            ("application/grpc-web", false), ("application/json", false), ("", false),
        ])
    func contentTypes(type: String, isGRPC: Bool) {
        var state = ClientStreamState.unary
        let action = state.headers([":status": "200", "content-type": type])
        #expect(action.hasPrefix(isGRPC ? "begin" : "finish UNKNOWN"))
    }

    // MARK: Broken responses

    @Test("no trailers, or trailers without a status")
    func missingStatus() {
        var state = ClientStreamState.unary
        _ = state.headers(ClientStreamState.good)
        _ = state.data(frame([1]))
        #expect(state.end() == "finish INTERNAL 'the server ended the stream without trailers'")
        state = .unary
        _ = state.headers(ClientStreamState.good)
        _ = state.headers(["b": "2"])
        #expect(state.end() == "finish UNKNOWN 'the server's trailers have no grpc-status' b=2")
    }

    @Test("a message that is cut off, missing, or one too many")
    func wrongMessages() {
        var state = ClientStreamState.streaming
        _ = state.headers(ClientStreamState.good)
        _ = state.data([0, 0, 0, 0, 9, 1])
        _ = state.headers(["grpc-status": "0"])
        #expect(state.end() == "finish INTERNAL 'the server ended the stream within a message'")
        state = .unary
        _ = state.headers(ClientStreamState.good)
        #expect(
            state.data(frame([1]) + frame([2]))
                == ["message 1", "finish INTERNAL 'more than one message in the response' reset 8"])
    }

    @Test("a compressed message is given on with the encoding that was named")
    func compressedMessages() {
        var state = ClientStreamState.streaming
        _ = state.headers([":status": "200", "content-type": "application/grpc", "grpc-encoding": "deflate"])
        #expect(state.data([1, 0, 0, 0, 1, 9] + frame([1, 2])) == ["message 1 by deflate", "message 2"])
    }

    @Test(
        "a compressed message without an encoding that is known",
        arguments: [(nil, "nothing named"), ("identity", "identity"), ("br", "br")])
    func unknownEncoding(encoding: String?, named: String) {
        var state = ClientStreamState.streaming
        _ = state.headers(
            encoding.map { [":status": "200", "content-type": "application/grpc", "grpc-encoding": $0] }
                ?? ClientStreamState.good)
        #expect(
            state.data([1, 0, 0, 0, 0]) == [
                "finish INTERNAL 'a response message is compressed, by: \(named); known are identity,deflate,gzip' reset 8"
            ])
    }

    @Test("a message over the limit, or with a bad flag")
    func refusedMessages() {
        for (bytes, result) in [
            (
                [0, 0xFF, 0xFF, 0xFF, 0xFF],
                "finish RESOURCE_EXHAUSTED 'a response message of 4294967295 bytes; the limit is 100' reset 8"
            ),
            ([7, 0, 0, 0, 0], "finish INTERNAL 'the response's framing is broken: malformedFlag(7)' reset 8"),
        ] as [([UInt8], String)] {
            var state = ClientStreamState.streaming
            _ = state.headers([":status": "200", "content-type": "application/grpc", "grpc-encoding": "gzip"])
            #expect(state.data(bytes) == [result])
        }
    }

    // MARK: Streams that are closed

    @Test("a refused stream may be tried again, unless it had begun to answer")
    func refused() {
        var state = ClientStreamState.unary
        #expect(state.closed(.refusedStream) == "retry or UNAVAILABLE 'the server refused the stream'")
        state = .unary
        _ = state.headers(ClientStreamState.good)
        #expect(state.closed(.refusedStream) == "finish UNAVAILABLE 'the stream was reset with HTTP/2 error code 7'")
    }

    @Test(
        "resets become a status by their code",
        arguments: [
            (0, "INTERNAL"), (1, "INTERNAL"), (2, "INTERNAL"), (5, "INTERNAL"), (8, "CANCELLED"),
            (0xB, "RESOURCE_EXHAUSTED"), (0xC, "PERMISSION_DENIED"), (0x99, "INTERNAL"),
        ])
    func resets(code: UInt32, status: String) {
        var state = ClientStreamState.unary
        #expect(
            state.closed(HTTP2ErrorCode(rawValue: code))
                == "finish \(status) 'the stream was reset with HTTP/2 error code \(code)'")
    }

    @Test("CANCEL after the deadline is the deadline")
    func cancelledByDeadline() {
        var state = ClientStreamState.unary
        #expect(
            state.closed(.cancel, isPastDeadline: true)
                == "finish DEADLINE_EXCEEDED 'the deadline passed before the call was over'")
    }

    @Test("after the end nothing counts any more")
    func over() {
        var state = ClientStreamState.unary
        #expect(
            describe(state.abort(.cancelled, reset: .cancel))
                == "finish CANCELLED 'the caller cancelled the call' reset 8")
        #expect(describe(state.abort(.deadlineExceeded, reset: .cancel)) == "none")
        #expect(state.headers(ClientStreamState.good) == "none")
        #expect(state.data(frame([1])) == [])
        #expect(state.end() == "none")
        #expect(state.closed(.refusedStream) == "none")
    }
}

// MARK: Events in, actions as text out

extension ClientStreamState {
    fileprivate static let good: KeyValuePairs = [":status": "200", "content-type": "application/grpc"]
    fileprivate static var unary: Self { Self(expectsOneMessage: true, maximumMessageBytes: 100) }
    fileprivate static var streaming: Self { Self(expectsOneMessage: false, maximumMessageBytes: 100) }

    fileprivate mutating func headers(_ fields: KeyValuePairs<String, String>) -> String {
        let block = ReceivedHeaders(maximumBytes: 10_000, maximumFields: 100)
        for (name, value) in fields {
            _ = Array(name.utf8).withUnsafeBytes { name in
                Array(value.utf8).withUnsafeBytes { block.append(name: name, value: $0) }
            }
        }
        return describe(received(ResponseFields(block)))
    }

    fileprivate mutating func data(_ bytes: [UInt8]) -> [String] {
        bytes.withUnsafeBytes { received($0) }
        var seen: [String] = []
        while true {
            switch nextMessage() {
            case .none: return seen
            case .deliver(let message):
                seen.append("message \(message.bytes.count)" + (message.compression.map { " by \($0)" } ?? ""))
            case .finish(let end, let code): seen.append(describe(.finish(end, reset: code)))
            }
        }
    }

    fileprivate mutating func end(requestEnded: Bool = true) -> String {
        describe(receivedEnd(requestEnded: requestEnded))
    }

    fileprivate mutating func closed(_ code: HTTP2ErrorCode, isPastDeadline: Bool = false) -> String {
        describe(closed(code, isPastDeadline: isPastDeadline) as Action)
    }
}

private func describe(_ action: ClientStreamState.Action) -> String {
    switch action {
    case .none: "none"
    case .begin(let metadata): "begin" + describe(metadata)
    case .finish(let end, let code):
        "finish \(describe(end))" + describe(end.trailingMetadata) + (code.map { " reset \($0.rawValue)" } ?? "")
    case .retry(let end): "retry or \(describe(end))"
    }
}

private func describe(_ end: CallEnd) -> String {
    end.error.map { "\($0.code) '\($0.message)'" } ?? "OK"
}

private func describe(_ metadata: Metadata) -> String {
    metadata.entries.map { entry in
        switch entry.value {
        case .text(let text): " \(entry.name)=\(text)"
        case .binary(let bytes): " \(entry.name)=\(bytes)"
        }
    }.joined()
}

private func frame(_ message: [UInt8]) -> [UInt8] {
    [0, 0, 0, 0, UInt8(message.count)] + message
}
