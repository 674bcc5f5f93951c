/// Where a SQLite store is, and its limits.
public struct SQLiteConfiguration: Sendable, Hashable {
    /// The absolute path of the database file. The file is made where it is missing, and its folder.
    public var path: String
    /// How many connections serve reads.
    public var readerConnections = 4
    /// How many reads may wait for a connection.
    public var maximumWaitingReads = 10_000
    /// How many messages may wait for the commit that is under way; more are refused as overloaded.
    public var maximumWaitingMessages = 20_000
    /// How many bytes of messages may wait for the commit that is under way.
    public var maximumWaitingBytes = 64 << 20
    /// How many messages one commit takes at most.
    public var maximumCommitMessages = 2_000
    /// How many bytes of messages one commit takes at most.
    public var maximumCommitBytes = 8 << 20
    /// The size at which the file is full, in bytes; nil is SQLite's own limit and that of the disk.
    public var maximumFileBytes: Int?
    /// How long to wait for a process that still holds the file, such as the server that this one replaces.
    public var lockWait: Duration = .seconds(5)
    /// How long a statement waits for another process's lock on the file, such as that of a tool that looks into it.
    public var busyTimeoutSeconds = 5

    public init(path: String) {
        self.path = path
    }

    /// From `sqlite:///absolute/path.db`, with percent escapes (RFC 3986) in the path.
    ///
    /// - Throws: failed, if the URL is of another form; its message never repeats the URL.
    public init(url: String) throws(StoreError) {
        let scheme = "sqlite://"
        guard url.hasPrefix(scheme) else {
            throw StoreError(.failed, "a SQLite URL begins with sqlite:///")
        }
        let rest = url.utf8.dropFirst(scheme.utf8.count)
        guard let path = SQLiteConfiguration.percentDecoded(rest), path.hasPrefix("/"), !path.hasSuffix("/") else {
            throw StoreError(.failed, "a SQLite URL needs the absolute path of a file after sqlite://")
        }
        self.init(path: path)
    }

    /// Nil where an escape is broken, or where the result has a NUL or is not UTF-8.
    private static func percentDecoded(_ text: some Collection<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst(), let low = rest.popFirst(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16),
                high != UInt8(ascii: "+"), high != UInt8(ascii: "-")
            else { return nil }
            bytes.append(value)
        }
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
