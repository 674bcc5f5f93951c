import Foundation

/// Authorities, certificates and keys, made by the `openssl` command in a folder that is gone when this is.
final class TestCertificates: Sendable {
    struct Pair: Sendable {
        var chain: String
        var key: String
    }

    let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "chatrpc-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try makeAuthority("authority")
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    /// The one that certificates come from unless another one is named.
    var authority: String { path("authority.pem") }

    func path(_ name: String) -> String { directory.appending(path: name).path }

    func makeAuthority(_ name: String) throws {
        try openssl(
            ["req", "-x509", "-out", path("\(name).pem"), "-subj", "/CN=\(name)", "-days", "2"] + newKey(name))
    }

    /// A certificate for these names, in openssl's form.
    ///
    /// - Parameter days: until it expires; -1 is yesterday.
    @discardableResult
    func issue(
        _ name: String, for names: String = "DNS:localhost,IP:127.0.0.1", by authority: String = "authority",
        days: Int = 2
    ) throws -> Pair {
        try openssl(
            ["req", "-new", "-utf8", "-out", path("\(name).csr"), "-subj", "/O=Tests/CN=\(name)"] + newKey(name)
                + ["-addext", "subjectAltName=\(names)"])
        try openssl([
            "x509", "-req", "-in", path("\(name).csr"), "-out", path("\(name).pem"), "-copy_extensions", "copy",
            "-CA", path("\(authority).pem"), "-CAkey", path("\(authority).key"), "-days", "\(days)",
        ])
        return Pair(chain: path("\(name).pem"), key: path("\(name).key"))
    }

    func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw Failure(arguments: arguments) }
    }

    struct Failure: Error {
        var arguments: [String]
    }

    private func newKey(_ name: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path("\(name).key")]
    }
}
