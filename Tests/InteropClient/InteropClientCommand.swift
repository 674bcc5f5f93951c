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

    @Option(name: .customLong("use_tls"), help: "Whether to speak TLS.")
    var useTLS = false

    @Option(name: .customLong("use_test_ca"), help: "With TLS: whether to trust only what --ca_file names.")
    var useTestCA = false

    @Option(name: .customLong("ca_file"), help: "With TLS: the authorities to trust, PEM; without it the system's.")
    var caFile: String?

    @Option(name: .customLong("server_host_override"), help: "With TLS: the name that the certificate has to be for.")
    var serverHostOverride: String?

    func validate() throws {
        guard (1...65535).contains(serverPort) else {
            throw ValidationError("--server_port has to be 1 to 65535 and is \(serverPort)")
        }
        guard !useTestCA || caFile != nil else { throw ValidationError("--use_test_ca=true needs --ca_file") }
    }

    func run() async throws {
        var configuration = ClientChannelConfiguration()
        configuration.tls.authoritiesFile = caFile
        configuration.tls.serverName = serverHostOverride
        let channel = HTTP2ClientChannel(
            try Endpoint(host: serverHost, port: serverPort, usesTLS: useTLS), configuration: configuration)
        do {
            try await testCase.run(on: InteropCalls(channel: channel))
        } catch {
            FileHandle.standardError.write(Data("chatrpc-interop-client: \(testCase.rawValue): \(error)\n".utf8))
            throw ExitCode.failure
        }
        await channel.close()
    }
}
