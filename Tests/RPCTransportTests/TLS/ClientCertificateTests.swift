import RPCCore
import RPCTransport
import Testing

@Suite struct ClientCertificateTests {
    private static let names =
        "DNS:indexer.example,URI:spiffe://example.org/indexer,IP:192.0.2.7,IP:2001:db8::7,email:a@b.example"

    private func show(_ pair: TestCertificates.Pair, in configuration: inout ClientTLSConfiguration) {
        (configuration.certificateChainFile, configuration.privateKeyFile) = (pair.chain, pair.key)
    }

    @Test(arguments: ServerTLSConfiguration.ClientCertificates.allCases)
    func aHandlerSeesWhoCalls(_ mode: ServerTLSConfiguration.ClientCertificates) async throws {
        try await TLSFixture.run(server: { configuration, certificates in
            configuration.clientAuthoritiesFile = certificates.authority
            configuration.clientCertificates = mode
        }) { server in
            let pair = try server.certificates.issue("indexer", for: Self.names)
            let identity = try #require(try await server.call { show(pair, in: &$0) })
            #expect(identity.commonName == "indexer")
            #expect(identity.dnsNames == ["indexer.example"])
            #expect(identity.uris == ["spiffe://example.org/indexer"])
            #expect(identity.ipAddresses == ["192.0.2.7", "2001:db8::7"])
            #expect(identity.emailAddresses == ["a@b.example"])
            #expect(identity.certificate.first == 0x30)
        }
    }

    @Test func withoutACertificateThereIsNoConnectionWhereOneIsRequired() async throws {
        try await TLSFixture.run(server: { $0.clientAuthoritiesFile = $1.authority }) { server in
            #expect(await server.refusal().contains("the peer asks for a certificate"))
        }
    }

    @Test func withoutACertificateThereIsNobodyWhereItIsOptional() async throws {
        try await TLSFixture.run(server: { configuration, certificates in
            configuration.clientAuthoritiesFile = certificates.authority
            configuration.clientCertificates = .optional
        }) { server in
            try await server.expectNobody()
        }
    }

    @Test(arguments: ServerTLSConfiguration.ClientCertificates.allCases)
    func aCertificateThatIsNotGoodIsRefused(_ mode: ServerTLSConfiguration.ClientCertificates) async throws {
        try await TLSFixture.run(server: { configuration, certificates in
            configuration.clientAuthoritiesFile = certificates.authority
            configuration.clientCertificates = mode
        }) { server in
            try server.certificates.makeAuthority("stranger")
            let foreign = try server.certificates.issue("foreign", by: "stranger")
            let expired = try server.certificates.issue("expired", days: -1)
            for pair in [foreign, expired] {
                #expect(await server.refusal { show(pair, in: &$0) }.contains("certificate"))
            }
        }
    }

    @Test func aCertificateNobodyAskedForIsNobody() async throws {
        try await TLSFixture.run { server in
            let pair = try server.certificates.issue("indexer")
            try await server.expectNobody { show(pair, in: &$0) }
        }
    }
}
