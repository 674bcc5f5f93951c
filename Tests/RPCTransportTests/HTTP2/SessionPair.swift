import NIOCore

@testable import RPCTransport

/// A client's session and a server's, joined in memory; what one drains the other receives.
final class SessionPair {
    let server = RecordingPeer()
    let client = RecordingPeer()
    let serverSession: HTTP2Session
    let clientSession: HTTP2Session

    init(server configuration: HTTP2Configuration = .init(), client clientConfiguration: HTTP2Configuration = .init()) {
        serverSession = HTTP2Session(role: .server, configuration: configuration, delegate: server)
        clientSession = HTTP2Session(role: .client, configuration: clientConfiguration, delegate: client)
    }

    /// Carries bytes both ways, at most `step` at a time, until there are none.
    func exchange(step: Int = .max) throws {
        var moved = true
        while moved {
            let there = try carry(from: clientSession, to: serverSession, step: step)
            let back = try carry(from: serverSession, to: clientSession, step: step)
            moved = there || back
        }
    }

    func carry(from: HTTP2Session, to: HTTP2Session, step: Int) throws -> Bool {
        _ = try from.drain(upTo: .max)
        guard from.output.readableBytes > 0 else { return false }
        while let bytes = from.output.readSlice(length: min(step, from.output.readableBytes)), bytes.readableBytes > 0 {
            try bytes.withUnsafeReadableBytes { try to.receive($0) }
        }
        from.output.clear()
        return true
    }
}

/// Keeps what happened on a connection.
final class RecordingPeer: HTTP2SessionDelegate, @unchecked Sendable {
    // @unchecked Sendable: each test uses its own, on one thread; `shared` is for those that record nothing.
    static let shared = RecordingPeer()
    var streams: [RecordingStream] = []
    var refusesStreams = false
    var settings = 0
    var pings: [(isAcknowledgement: Bool, payload: UInt64)] = []
    var goAways: [(lastStreamID: Int32, code: HTTP2ErrorCode)] = []

    func openStream(id: Int32) -> HTTP2Stream? {
        if refusesStreams { return nil }
        let stream = RecordingStream()
        streams.append(stream)
        return stream
    }

    func didReceiveSettings() { settings += 1 }

    func didReceivePing(isAcknowledgement: Bool, payload: UInt64) {
        pings.append((isAcknowledgement, payload))
    }

    func didReceiveGoAway(lastStreamID: Int32, code: HTTP2ErrorCode, debug: String) {
        goAways.append((lastStreamID, code))
    }
}

/// Keeps what happened on a stream.
final class RecordingStream: HTTP2Stream {
    var blocks: [(kind: HeadersKind, fields: [String], isOverLimit: Bool)] = []
    var body: [UInt8] = []
    var ends = 0
    var sent = 0
    var closed: HTTP2ErrorCode?

    override func receiveHeaders(_ headers: borrowing ReceivedHeaders, kind: HeadersKind) {
        var fields: [String] = []
        headers.forEach {
            fields.append("\(String(decoding: $0.name, as: UTF8.self)): \(String(decoding: $0.value, as: UTF8.self))")
        }
        blocks.append((kind, fields, headers.isOverLimit))
    }

    override func receiveData(_ bytes: UnsafeRawBufferPointer) { body.append(contentsOf: bytes) }
    override func receiveEnd() { ends += 1 }
    override func didSendData(_ count: Int) { sent += count }
    override func didClose(_ code: HTTP2ErrorCode) { closed = code }
}
