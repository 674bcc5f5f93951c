import GeneratedRPC
import Logging
import NIOCore
import NIOPosix
import ProtobufRuntime
import RPCCore
import RPCTransport

/// A server on loopback whose handlers end early, late, with an error, or not before they are cancelled: the first byte of each request
/// says how.
struct EnduranceServer {
    typealias Method = MethodDescriptor<BytesValue, BytesValue>

    static let unary = Method(service: "test.Endurance", name: "Unary", kind: .unary)
    static let down = Method(service: "test.Endurance", name: "Down", kind: .serverStreaming)
    static let up = Method(service: "test.Endurance", name: "Up", kind: .clientStreaming)
    static let both = Method(service: "test.Endurance", name: "Both", kind: .bidirectional)

    let server: RPCServer
    let port: Int

    static func start(metrics: CallMetrics, group: MultiThreadedEventLoopGroup) async throws -> EnduranceServer {
        var router = RPCRouter()
        router.add(Service(), observers: [metrics])
        var configuration = TransportConfiguration()
        // Calls are cancelled as an attack would: that is what is tried here.
        configuration.resetsPerSecond = 1_000_000
        configuration.resetBurst = 1_000_000
        let server = RPCServer(
            router: router, responder: Nothing(), configuration: configuration, group: group,
            logger: Logger(label: "endurance") { _ in SwiftLogNoOpLogHandler() })
        let address = try await server.start(host: "127.0.0.1", port: 0)
        return EnduranceServer(server: server, port: address.port ?? 0)
    }

    private struct Nothing: HTTPResponder {
        func respond(to request: HTTPRequest) async -> HTTPResponse { HTTPResponse(status: 404) }
    }

    private struct Service: RPCService {
        func register<Registry: MethodRegistry>(in registry: inout Registry) {
            registry.unary(EnduranceServer.unary) { request, _ in
                try await act(request)
                return request
            }
            registry.serverStreaming(EnduranceServer.down) { request, responses, _ in
                for _ in 0..<(request.value.last ?? 0) { try await responses.write(request) }
                try await act(request)
            }
            registry.clientStreaming(EnduranceServer.up) { requests, _ in
                var last = BytesValue()
                for try await request in requests {
                    last = request
                    try await act(request)
                }
                return last
            }
            registry.bidirectional(EnduranceServer.both) { requests, responses, _ in
                for try await request in requests {
                    try await act(request)
                    try await responses.write(request)
                }
            }
        }

        private func act(_ request: BytesValue) async throws {
            switch request.value.first ?? 0 {
            case 0, 1, 2: return
            case 3: await Task.yield()
            case 4: try await Task.sleep(for: .microseconds(300))
            case 5: throw RPCError(.aborted, "as it was asked")
            // Until the caller goes away, or its deadline comes; where neither does, an end all the same.
            case 6: try await Task.sleep(for: .milliseconds(20))
            // A handler that goes elsewhere, and does not look whether it is cancelled.
            default: await Task.detached { await Task.yield() }.value
            }
        }
    }
}
