import GeneratedRPC
import NIOCore
import NIOPosix
import RPCCore
import RPCTransport
import Testing

@Suite struct TLSCallTests {
    @Test func namesAndAddressesOfTheCertificateAreGood() async throws {
        try await TLSFixture.run { server in
            for host in ["localhost", "127.0.0.1"] { try await server.expectNobody(host: host) }
        }
    }

    @Test func aCertificateForOtherNamesIsRefused() async throws {
        try await TLSFixture.run(server: { configuration, certificates in
            let pair = try certificates.issue("elsewhere", for: "DNS:elsewhere.example,IP:192.0.2.1")
            (configuration.certificateChainFile, configuration.privateKeyFile) = (pair.chain, pair.key)
        }) { server in
            for host in ["localhost", "127.0.0.1"] {
                #expect(await server.refusal(host: host).hasSuffix("the server's certificate is for other names"))
            }
            try await server.expectNobody { $0.serverName = "elsewhere.example" }
        }
    }

    @Test func aCertificateOfAnUnknownAuthorityIsRefused() async throws {
        try await TLSFixture.run { server in
            try server.certificates.makeAuthority("stranger")
            let refusal = await server.refusal { $0.authoritiesFile = server.certificates.path("stranger.pem") }
            #expect(refusal.contains("of an unknown authority"))
        }
    }

    @Test func anExpiredCertificateIsRefused() async throws {
        try await TLSFixture.run(server: { configuration, certificates in
            let pair = try certificates.issue("old", days: -1)
            (configuration.certificateChainFile, configuration.privateKeyFile) = (pair.chain, pair.key)
        }) { server in
            #expect(await server.refusal().contains("not valid (any more)"))
        }
    }

    @Test func plaintextOnATLSPortEndsThatConnectionAlone() async throws {
        try await TLSFixture.run { server in
            let plain = HTTP2ClientChannel(try Endpoint(host: "127.0.0.1", port: server.port))
            let error = await failure { try await plain.unary(Probe.unary, BytesValue(1), options: CallOptions()) }
            #expect(error?.code == .unavailable)
            await plain.close()
            try await server.expectNobody()
        }
    }

    @Test func tlsToAPlaintextPortIsAClearError() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let (server, port) = try await ProbeServer.start({ _ in }, group: group)
        let client = HTTP2ClientChannel(try Endpoint("https://127.0.0.1:\(port)"))
        let error = await failure { try await client.unary(Probe.unary, BytesValue(1), options: CallOptions()) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("TLS") == true)
        await client.close()
        await server.shutdown(grace: .zero)
    }

    @Test func aSlowHandshakeIsEnded() async throws {
        try await TLSFixture.run(transport: { $0.headerTimeoutSeconds = 5 }) { server in
            let silent = try await ByteClient.connect(port: server.port)
            // The beginning of a ClientHello, and no more of it.
            let halting = try await ByteClient.connect(port: server.port)
            try await halting.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
            _ = await silent.receiveUntilClosed()
            _ = await halting.receiveUntilClosed()
            try await server.expectNobody()
        }
    }

    @Test func filesThatAreMissingAreNamed() async throws {
        try await TLSFixture.run { server in
            let refusal = await server.refusal { $0.authoritiesFile = "/nowhere/ca.pem" }
            #expect(refusal.contains("can't read /nowhere/ca.pem"))
            let half = await server.refusal { $0.certificateChainFile = server.certificates.path("server.pem") }
            #expect(half.contains("only good together"))
        }
    }
}
