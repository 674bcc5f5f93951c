internal import RPCCore

/// The compressions that a peer understands, by its `grpc-accept-encoding` (gRPC PROTOCOL-HTTP2, Message-Accept-Encoding).
struct AcceptedCompressions: OptionSet, Hashable, Sendable {
    var rawValue: UInt8

    static let gzip = AcceptedCompressions(rawValue: 1)
    static let deflate = AcceptedCompressions(rawValue: 2)
    static let all: AcceptedCompressions = [.gzip, .deflate]

    /// What this side says that it understands.
    static let header: StaticString = "identity,deflate,gzip"

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    init(_ compression: Compression) {
        self =
            switch compression {
            case .gzip: .gzip
            case .deflate: .deflate
            }
    }
}

extension AcceptedCompressions {
    /// Reads a field's value: names with commas between them. Those that are unknown are passed over.
    init(_ value: UnsafeRawBufferPointer) {
        self = []
        // What gRPC's own libraries send, which need not be taken apart.
        if value.matches("identity, deflate, gzip") {
            self = .all
            return
        }
        for part in value.split(separator: UInt8(ascii: ",")) {
            let name = UnsafeRawBufferPointer(rebasing: Self.trimmed(part))
            if let compression = Compression(name) { insert(AcceptedCompressions(compression)) }
        }
    }

    private static func trimmed(_ part: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var rest = part.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}

extension Compression {
    /// The one of that name in `grpc-encoding`; nil if it is not known here.
    init?(_ name: UnsafeRawBufferPointer) {
        if name.matches("gzip") {
            self = .gzip
        } else if name.matches("deflate") {
            self = .deflate
        } else {
            return nil
        }
    }
}
