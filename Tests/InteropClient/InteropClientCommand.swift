import ArgumentParser
import Foundation
import RPCTransport

/// `chatrpc-interop-client`: runs one of grpc's interoperability tests against a server. The flags have grpc's names.
@main
struct InteropClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chatrpc-interop-client",
        abstract: "Run one of grpc's interoperability tests against a server.",
        discussion: "The exit status is 0 where the case held. Where not, standard error says what differed.")

    @Option(name: .customLong("server_host"), help: "The name or the address of the server.")
    var serverHost = "localhost"

    @Option(name: .customLong("server_port"), help: "The server's port.")
    var serverPort: Int

    @Option(name: .customLong("test_case"), help: "The case to run.")
    var testCase: TestCase

    @Option(name: .customLong("use_tls"), help: "Whether to speak TLS; only false is known yet.")
    var useTLS = false

    func validate() throws {
        guard (1...65535).contains(serverPort) else {
            throw ValidationError("--server_port has to be 1 to 65535 and is \(serverPort)")
        }
        guard !useTLS else { throw ValidationError("--use_tls=true: TLS is not supported yet") }
    }

    func run() async throws {
        let channel = HTTP2ClientChannel(try Endpoint(host: serverHost, port: serverPort))
        do {
            try await testCase.run(on: InteropCalls(channel: channel))
        } catch {
            FileHandle.standardError.write(Data("chatrpc-interop-client: \(testCase.rawValue): \(error)\n".utf8))
            throw ExitCode.failure
        }
        await channel.close()
    }
}
