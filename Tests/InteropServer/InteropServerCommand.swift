import ArgumentParser
import Foundation
import Logging
import NIOCore
import NIOPosix
import RPCTransport
import UnixSignals

/// `chatrpc-interop-server`: serves grpc's interoperability tests until SIGINT or SIGTERM. The flags have grpc's names.
@main
struct InteropServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chatrpc-interop-server",
        abstract: "Serve grpc.testing.TestService for grpc's interoperability tests.",
        discussion: "Once it listens, it prints one line to standard output: ready http://HOST:PORT.")

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port: Int

    @Option(name: .customLong("use_tls"), help: "Whether to speak TLS; only false is known yet.")
    var useTLS = false

    func validate() throws {
        guard (0...65535).contains(port) else {
            throw ValidationError("--port has to be 0 to 65535 and is \(port)")
        }
        guard !useTLS else { throw ValidationError("--use_tls=true: TLS is not supported yet") }
    }

    func run() async throws {
        var router = RPCRouter()
        router.add(InteropService())
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        let server = RPCServer(
            router: router, responder: NothingButRPC(), group: group, logger: Logger(label: "chatrpc-interop-server"))
        let address = try await server.start(host: host, port: port)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let name = host.contains(":") ? "[\(host)]" : host
        FileHandle.standardOutput.write(Data("ready http://\(name):\(address.port ?? port)\n".utf8))
        for await _ in signals { break }
        await server.shutdown(grace: .seconds(10))
        try await group.shutdownGracefully()
    }
}

/// The answer to requests that are not gRPC.
private struct NothingButRPC: HTTPResponder {
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        HTTPResponse(status: 404)
    }
}
