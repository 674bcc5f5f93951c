import GeneratedInteropMessages
import ProtobufRuntime
import RPCCore

/// The calls that the cases make. A case is a method, in an extension beside those of its kind.
struct InteropCalls: Sendable {
    let channel: any ClientChannel
    let service: TestServiceClient
    /// No case takes nearly as long: a server that hangs becomes an error.
    let options = CallOptions(timeout: .seconds(30))

    init(channel: any ClientChannel) {
        self.channel = channel
        service = TestServiceClient(channel: channel)
    }

    /// What the large unary calls ask for.
    static let largeRequest = SimpleRequest.with {
        $0.responseSize = 314_159
        $0.payload = .zeros(271_828)
    }
}

extension Payload {
    static func zeros(_ count: Int) -> Payload {
        Payload.with { $0.body = [UInt8](repeating: 0, count: count) }
    }
}

extension StreamingOutputCallRequest {
    /// A request for responses of these sizes.
    static func responses(_ sizes: [Int32], payload: Int? = nil) -> StreamingOutputCallRequest {
        StreamingOutputCallRequest.with {
            for size in sizes { $0.responseParameters.append(ResponseParameters.with { $0.size = size }) }
            if let payload { $0.payload = .zeros(payload) }
        }
    }
}
