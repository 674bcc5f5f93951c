import RPCTransport
import Testing

@testable import ChatRPCServer

@Suite struct ListenAddressTests {
    @Test(arguments: ["127.0.0.1", "127.9.8.7", "::1", "0:0:0:0:0:0:0:1", "localhost", "LOCALHOST"])
    func loopbackNeedsNoPermission(_ host: String) throws {
        var configuration = ServerConfiguration(database: .sqlite(path: "/x"), eventLoops: 1)
        configuration.host = host
        try ListenAddress.check(configuration)
    }

    @Test(arguments: ["0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "example.org", "", "127.0.0.1.example.org"])
    func anywhereElseNeedsTheFlagThatNamesTheRisk(_ host: String) throws {
        var configuration = ServerConfiguration(database: .sqlite(path: "/x"), eventLoops: 1)
        configuration.host = host
        let error = #expect(throws: ConfigurationError.self) { try ListenAddress.check(configuration) }
        #expect(error?.description.contains("--insecure-public-access") == true)
        configuration.insecurePublicAccess = true
        try ListenAddress.check(configuration)
    }

    @Test func certificatesOfAllClientsDoInsteadOfTheFlag() throws {
        var configuration = ServerConfiguration(database: .sqlite(path: "/x"), eventLoops: 1)
        configuration.host = "0.0.0.0"
        configuration.tls = ServerTLSConfiguration(certificateChainFile: "/c", privateKeyFile: "/k")
        #expect(throws: ConfigurationError.self) { try ListenAddress.check(configuration) }
        configuration.tls?.clientAuthoritiesFile = "/a"
        try ListenAddress.check(configuration)
        configuration.tls?.clientCertificates = .optional
        #expect(throws: ConfigurationError.self) { try ListenAddress.check(configuration) }
    }
}
