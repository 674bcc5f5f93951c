import ArgumentParser
import ConnectGateway
import Foundation
import Logging
import NIOCore
import NIOPosix
import RPCCore
import RPCTransport
import UnixSignals

/// `chatrpc-interop-server`: serves grpc's interoperability tests until SIGINT or SIGTERM. The flags have grpc's names.
@main
struct InteropServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chatrpc-interop-server",
        abstract: "Serve grpc.testing.TestService for grpc's interoperability tests.",
        discussion:
            "Once it listens, it prints one line to standard output: ready http://HOST:PORT, or https:// with TLS.")

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port: Int

    @Option(name: .customLong("use_tls"), help: "Whether to speak TLS.")
    var useTLS = false

    @Option(name: .customLong("tls_cert_file"), help: "With TLS: the server's certificate chain, PEM.")
    var tlsCertFile: String?

    @Option(name: .customLong("tls_key_file"), help: "With TLS: its key, PEM.")
    var tlsKeyFile: String?

    func validate() throws {
        guard (0...65535).contains(port) else {
            throw ValidationError("--port has to be 0 to 65535 and is \(port)")
        }
        if useTLS, tlsCertFile == nil || tlsKeyFile == nil {
            throw ValidationError("--use_tls=true needs --tls_cert_file and --tls_key_file")
        }
    }

    private func tls() throws -> ServerTLS? {
        guard useTLS, let tlsCertFile, let tlsKeyFile else { return nil }
        return try ServerTLS(ServerTLSConfiguration(certificateChainFile: tlsCertFile, privateKeyFile: tlsKeyFile))
    }

    func run() async throws {
        var router = RPCRouter()
        var connect = ConnectRouter()
        router.add(InteropService())
        connect.add(InteropService())
        let logger = Logger(label: "chatrpc-interop-server")
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        let server = RPCServer(
            router: router, responder: ConnectGateway(router: connect, next: NothingButRPC(), logger: logger),
            tls: try tls(), group: group, logger: logger)
        let address = try await server.start(host: host, port: port)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let name = host.contains(":") ? "[\(host)]" : host
        FileHandle.standardOutput.write(
            Data("ready \(useTLS ? "https" : "http")://\(name):\(address.port ?? port)\n".utf8))
        for await _ in signals { break }
        await server.shutdown(grace: .seconds(10))
        try await group.shutdownGracefully()
    }
}

/// The answer to requests that are no RPC of any kind.
private struct NothingButRPC: HTTPResponder {
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        HTTPResponse(status: 404)
    }
}
