import Foundation
import RPCCore
import RPCTransport
import Testing

@Suite struct TLSFileTests {
    private func error(_ chain: String, _ key: String, _ authorities: String? = nil) -> String {
        let configuration = ServerTLSConfiguration(
            certificateChainFile: chain, privateKeyFile: key, clientAuthoritiesFile: authorities)
        do {
            _ = try ServerTLS(configuration)
            return ""
        } catch {
            return error.description
        }
    }

    @Test func whatIsWrongIsSaidWithItsFile() throws {
        let certificates = try TestCertificates()
        let good = try certificates.issue("server")
        let other = try certificates.issue("other")
        try Data("nothing".utf8).write(to: certificates.directory.appending(path: "text"))
        try Data().write(to: certificates.directory.appending(path: "empty"))
        try Data(count: 1024 * 1024 + 1).write(to: certificates.directory.appending(path: "huge"))
        let text = certificates.path("text")
        #expect(error(good.chain, good.key) == "")
        #expect(error("/nowhere", good.key) == "can't read /nowhere: No such file or directory")
        #expect(error(good.chain, "/nowhere") == "can't read /nowhere: No such file or directory")
        #expect(error(good.chain, good.key, "/nowhere") == "can't read /nowhere: No such file or directory")
        #expect(error("/", good.key).hasPrefix("can't read /: "))
        #expect(error(text, good.key) == "\(text) holds no certificate in PEM form")
        #expect(error(certificates.path("empty"), good.key).hasSuffix("holds no certificate in PEM form"))
        #expect(error(certificates.path("huge"), good.key).hasSuffix("is larger than 1048576 bytes"))
        #expect(error(good.chain, good.key, text) == "\(text) holds no certificate in PEM form")
        #expect(error(good.chain, text).hasPrefix("\(text) holds no private key in PEM form"))
        #expect(
            error(good.chain, other.key)
                == "the key in \(other.key) does not belong to the certificate in \(good.chain)")
    }

    @Test func aKeyWithAPassphraseIsRefusedInsteadOfAskingForIt() throws {
        let certificates = try TestCertificates()
        let good = try certificates.issue("server")
        let locked = certificates.path("locked.key")
        try certificates.openssl(["ec", "-in", good.key, "-aes256", "-passout", "pass:x", "-out", locked])
        #expect(error(good.chain, locked).hasSuffix("or one that a passphrase protects"))
    }

    @Test func newFilesCountForNewConnectionsAndBadOnesDoNot() async throws {
        try await TLSFixture.run { server in
            #expect(try !server.tls.reload(always: false))
            let renewed = try server.certificates.issue("renewed", for: "DNS:renewed.example")
            let configuration = server.tls.configuration
            func replace(_ from: String, _ to: String) throws {
                try Data(contentsOf: URL(filePath: from)).write(to: URL(filePath: to))
            }
            // Half of the change is a key that does not belong to its certificate.
            try replace(renewed.chain, configuration.certificateChainFile)
            #expect(throws: TLSConfigurationError.self) { try server.tls.reload(always: false) }
            // The next look finds nothing new to complain of.
            #expect(try !server.tls.reload(always: false))
            try await server.expectNobody()
            try replace(renewed.key, configuration.privateKeyFile)
            #expect(try server.tls.reload(always: false))
            try await server.expectNobody { $0.serverName = "renewed.example" }
            #expect(await server.refusal().hasSuffix("for other names"))
        }
    }
}
