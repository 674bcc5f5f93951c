internal import NIOSSL

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The bytes of a PEM file, and what is in them.
struct PEMFile {
    /// Beyond that it is no file of certificates. (All that browsers trust comes to 0.2 MiB.)
    static let maximumBytes = 1024 * 1024

    let path: String
    let bytes: [UInt8]

    init(_ path: String) throws(TLSConfigurationError) {
        self.path = path
        guard let file = fopen(path, "rb") else {
            throw TLSConfigurationError("can't read \(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var failure: CInt = 0
        bytes = [UInt8](unsafeUninitializedCapacity: Self.maximumBytes + 1) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
            if ferror(file) != 0 { failure = errno }
        }
        guard failure == 0 else {
            throw TLSConfigurationError("can't read \(path): \(String(cString: strerror(failure)))")
        }
        guard bytes.count <= Self.maximumBytes else {
            throw TLSConfigurationError("\(path) is larger than \(Self.maximumBytes) bytes")
        }
    }

    /// At least one.
    func certificates() throws(TLSConfigurationError) -> [NIOSSLCertificate] {
        guard !bytes.isEmpty else { throw TLSConfigurationError("\(path) holds no certificate in PEM form") }
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
            if !certificates.isEmpty { return certificates }
        } catch {
            throw TLSConfigurationError("\(path) holds no certificate in PEM form", cause: error)
        }
        throw TLSConfigurationError("\(path) holds no certificate in PEM form")
    }

    func privateKey() throws(TLSConfigurationError) -> NIOSSLPrivateKey {
        guard !bytes.isEmpty else { throw TLSConfigurationError("\(path) holds no private key in PEM form") }
        do {
            // Without an answer of ours a key with a passphrase would ask for it on the terminal.
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem) { setter in setter([UInt8]()) }
        } catch {
            throw TLSConfigurationError(
                "\(path) holds no private key in PEM form, or one that a passphrase protects", cause: error)
        }
    }
}
