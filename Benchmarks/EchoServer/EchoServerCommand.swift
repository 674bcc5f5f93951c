import Foundation
import Logging
import NIOCore
import NIOPosix
import RPCCore
import RPCTransport

/// `chatrpc-echo-server [plain]`: serves ``EchoService`` and health on one event loop and a free port of loopback, until it
/// is ended by a signal. Calls pass interceptors and are counted, unless it is `plain`.
///
/// Once it listens, it prints one line to standard output: ready http://HOST:PORT.
@main
struct EchoServerCommand {
    static func main() async throws {
        let plain = CommandLine.arguments.dropFirst().contains("plain")
        var router = RPCRouter()
        router.add(
            EchoService(), interceptors: plain ? [] : [RequiresRequestID()], observers: plain ? [] : [CallMetrics()])
        router.add(HealthService())
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = RPCServer(
            router: router, responder: NothingButRPC(), group: group, logger: Logger(label: "chatrpc-echo-server"))
        let address = try await server.start(host: "127.0.0.1", port: 0)
        FileHandle.standardOutput.write(Data("ready http://127.0.0.1:\(address.port ?? 0)\n".utf8))
        while true { try await Task.sleep(for: .seconds(3600)) }
    }
}

/// The answer to requests that are not gRPC.
private struct NothingButRPC: HTTPResponder {
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        HTTPResponse(status: 404)
    }
}
