import GeneratedInteropMessages
import ProtobufRuntime
import RPCCore

/// One response of a stream, as the caller asked for it.
struct PlannedResponse: Sendable {
    var type: PayloadType
    var size: Int32
    /// How long to wait before it is sent.
    var delay: Duration
    var isCompressed: Bool

    static func all(of request: StreamingOutputCallRequest) throws(RPCError) -> [PlannedResponse] {
        request.responseParameters.map {
            PlannedResponse(
                type: request.responseType, size: $0.size, delay: .microseconds(Int64(max($0.intervalUs, 0))),
                isCompressed: $0.compressed.value)
        }
    }
}

extension Payload {
    /// The largest payload that is made on request.
    private static let maximumBytes = 64 * 1024 * 1024

    /// That many zeros.
    init(_ type: PayloadType, size: Int32) throws(RPCError) {
        guard type == .compressable else { throw RPCError(.invalidArgument, "the payload type is unknown") }
        guard (0...Self.maximumBytes).contains(Int(size)) else {
            throw RPCError(.invalidArgument, "a payload has 0 to \(Self.maximumBytes) bytes")
        }
        self.init()
        body = [UInt8](repeating: 0, count: Int(size))
    }
}

extension EchoStatus {
    /// Fails the call with the status that the caller asked for ("Echo Status"); nothing where that is OK, or none.
    func check() throws(RPCError) {
        guard code >= 0 else { throw RPCError(.invalidArgument, "a status has no negative code") }
        guard code == 0 else { throw RPCError(StatusCode(rawValue: Int(code)), message) }
    }
}

extension BoolValue {
    /// Fails the call where its request was not as the caller says that it is ("CompressedRequest"). Callers probe by it whether
    /// the server can tell.
    func check(wasCompressed: Bool) throws(RPCError) {
        guard value == wasCompressed else {
            throw RPCError(.invalidArgument, "the request was \(wasCompressed ? "" : "not ")compressed")
        }
    }
}
