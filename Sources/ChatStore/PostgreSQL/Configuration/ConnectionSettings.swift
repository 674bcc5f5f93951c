import CLibPQ

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// libpq's connection parameters. They hold the password, so they print as nothing.
struct ConnectionSettings: Sendable, CustomStringConvertible, CustomReflectable {
    private var values: [(keyword: String, value: String)]

    /// What is set where the URL says nothing of it.
    private static let defaults: [(keyword: String, value: String)] = [
        ("application_name", "chatrpc"),
        // Of several hosts, the one that takes writes; a standby is never enough.
        ("target_session_attrs", "read-write"),
        // A peer that vanished is noticed in half a minute.
        ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
        ("tcp_user_timeout", "30000"),
    ]

    init(_ url: String) throws(PostgresConfigurationError) {
        guard !url.utf8.contains(0) else { throw PostgresConfigurationError("the database URL holds a NUL") }
        var complaint: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &complaint) else {
            let words = complaint.map { String(cString: $0) } ?? ""
            if let complaint { PQfreemem(complaint) }
            throw PostgresConfigurationError("the database URL is wrong: " + ConnectionSettings.redacted(words))
        }
        defer { PQconninfoFree(options) }
        values = ConnectionSettings.defaults
        for (keyword, value) in ConnectionSettings.entries(options) {
            guard let value else { continue }
            try ConnectionSettings.check(keyword, value)
            values.removeAll { $0.keyword == keyword }
            values.append((keyword, value))
        }
        values.append(("client_encoding", "UTF8"))
    }

    /// The parameters as libpq takes them, for the time of the call.
    func withCStrings<R>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> R
    ) -> R {
        let keywords = values.map { strdup($0.keyword) }
        let texts = values.map { strdup($0.value) }
        defer { for text in keywords + texts { free(text) } }
        let keywordPointers = keywords.map { UnsafePointer($0) } + [nil]
        let textPointers = texts.map { UnsafePointer($0) } + [nil]
        return body(keywordPointers, textPointers)
    }

    private static func entries(
        _ options: UnsafeMutablePointer<PQconninfoOption>
    ) -> [(keyword: String, value: String?)] {
        var entries: [(keyword: String, value: String?)] = []
        var option = options
        while let keyword = option.pointee.keyword {
            entries.append((String(cString: keyword), option.pointee.val.map { String(cString: $0) }))
            option += 1
        }
        return entries
    }

    /// What libpq itself would only say on connecting, again and again.
    private static func check(_ keyword: String, _ value: String) throws(PostgresConfigurationError) {
        guard keyword == "port" else { return }
        for port in value.split(separator: ",") {
            guard let number = Int(port), (1...65535).contains(number) else {
                throw PostgresConfigurationError("the database URL is wrong: a port is a number from 1 to 65535")
            }
        }
    }

    /// libpq's complaint. What it quotes may be part of a password, unless it is a single character of the syntax or the
    /// name of a parameter.
    private static func redacted(_ complaint: String) -> String {
        let line = complaint.split(separator: "\n").first ?? "it can't be read"
        var parts = line.split(separator: "\"", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3 else { return String(line) }
        let namesParameter =
            line.hasPrefix("invalid URI query parameter") || line.hasPrefix("invalid connection option")
        var shown = parts.removeFirst()
        if parts[0].count == 1 || (namesParameter && parts[0].utf8.allSatisfy(isOfName)) {
            shown += "\"\(parts.removeFirst())\"\(parts.removeFirst())"
        }
        // A password may hold quotes itself: nothing between the first one and the last one is shown.
        guard parts.count >= 2, let rest = parts.last else { return shown }
        return shown + "\"…\"" + rest
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    var description: String { "ConnectionSettings" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
