import GeneratedRPC
import NIOCore
import NIOPosix
import RPCCore
import RPCTransport
import Testing

/// A server that speaks TLS, whose one method tells who calls.
struct TLSFixture {
    let certificates: TestCertificates
    let tls: ServerTLS
    let port: Int
    private let identities: SeenIdentities

    private final class SeenIdentities: Sendable {
        let last = Guarded<PeerIdentity?>(nil)
    }

    static func run(
        server change: (inout ServerTLSConfiguration, TestCertificates) throws -> Void = { _, _ in },
        transport: (inout TransportConfiguration) -> Void = { _ in }, _ body: (TLSFixture) async throws -> Void
    ) async throws {
        let certificates = try TestCertificates()
        let pair = try certificates.issue("server")
        var configuration = ServerTLSConfiguration(certificateChainFile: pair.chain, privateKeyFile: pair.key)
        try change(&configuration, certificates)
        let tls = try ServerTLS(configuration)
        let identities = SeenIdentities()
        var transportConfiguration = TransportConfiguration()
        transport(&transportConfiguration)
        let (server, port) = try await ProbeServer.start(
            { router in
                router.unary(Probe.unary) { request, context in
                    identities.last.withLock { $0 = context.peerIdentity }
                    return request
                }
            }, configuration: transportConfiguration, tls: tls, group: MultiThreadedEventLoopGroup.singleton)
        do {
            try await body(TLSFixture(certificates: certificates, tls: tls, port: port, identities: identities))
        } catch {
            await server.shutdown(grace: .zero)
            throw error
        }
        await server.shutdown(grace: .zero)
    }

    /// Makes one call on a connection of its own, trusting the test's authority.
    ///
    /// - Returns: Whom the handler saw.
    func call(
        host: String = "localhost", _ change: (inout ClientTLSConfiguration) throws -> Void = { _ in }
    ) async throws -> PeerIdentity? {
        var configuration = ClientChannelConfiguration()
        configuration.tls.authoritiesFile = certificates.authority
        try change(&configuration.tls)
        let endpoint = try Endpoint(host: host, port: port, usesTLS: true)
        let client = HTTP2ClientChannel(endpoint, configuration: configuration)
        do {
            let answer = try await client.unary(Probe.unary, BytesValue(3), options: CallOptions())
            #expect(answer.message == BytesValue(3))
        } catch {
            await client.close()
            throw error
        }
        await client.close()
        return identities.last.withLock { $0 }
    }

    /// Makes a call that succeeds, and whose caller the server does not know.
    func expectNobody(
        host: String = "localhost", _ change: (inout ClientTLSConfiguration) throws -> Void = { _ in }
    ) async throws {
        let identity = try await call(host: host, change)
        #expect(identity == nil)
    }

    /// The message of the error that the call ends with, which is UNAVAILABLE.
    func refusal(
        host: String = "localhost", _ change: (inout ClientTLSConfiguration) throws -> Void = { _ in }
    ) async -> String {
        let error = await failure { try await call(host: host, change) }
        #expect(error?.code == .unavailable)
        return error?.message ?? ""
    }
}
