import Foundation
import Testing

@testable import RPCTransport

@Suite struct CertificateSubjectTests {
    private func certificate(_ name: String) throws -> [UInt8] {
        let certificates = try TestCertificates()
        let pair = try certificates.issue(name)
        let lines = try String(contentsOfFile: pair.chain, encoding: .utf8).split(separator: "\n")
        let base64 = lines.filter { !$0.hasPrefix("-----") }.joined()
        return Array(try #require(Data(base64Encoded: base64)))
    }

    @Test(arguments: ["a", "indexer.example", "Zoë"])
    func theCommonNameIsRead(name: String) throws {
        #expect(CertificateSubject.commonName(certificate: try certificate(name)) == name)
    }

    @Test func damagedBytesAreNoNameAndNoTrap() throws {
        let bytes = try certificate("name")
        for count in 0..<bytes.count {
            #expect(CertificateSubject.commonName(certificate: Array(bytes[..<count])) == nil)
        }
        for index in bytes.indices {
            for value: UInt8 in [0, 1, 0x7F, 0x80, 0x84, 0xFF] {
                var damaged = bytes
                damaged[index] = value
                _ = CertificateSubject.commonName(certificate: damaged)
            }
        }
    }
}
