#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// getaddrinfo, and nothing else: the list that it makes does not leave this file.
enum HostLookup {
    struct Failure: Error, CustomStringConvertible {
        let host: String
        let reason: String

        var description: String { "the name \(host) can't be resolved: \(reason)" }
    }

    /// The addresses in text form, in the system's order (RFC 6724), none twice. It blocks.
    static func addresses(of host: String, port: Int) throws(Failure) -> [ServerAddress] {
        var hints = addrinfo()
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else { throw Failure(host: host, reason: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(list) }
        var addresses: [ServerAddress] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            guard let text = numericHost(entry.pointee) else { continue }
            let address = ServerAddress.host(text, port: port)
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }

    private static func numericHost(_ entry: addrinfo) -> String? {
        // NI_MAXHOST
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1025) { text in
            let code = getnameinfo(
                entry.ai_addr, entry.ai_addrlen, text.baseAddress, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            guard code == 0, let start = text.baseAddress else { return nil }
            return String(cString: start)
        }
    }
}
