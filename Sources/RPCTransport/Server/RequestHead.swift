internal import RPCCore

/// A request's header section, read once: what it asks for and by which rules it is answered. Calls that say the same share one.
final class RequestHead: Sendable {
    enum Route: Sendable {
        case rpc(MethodEntry)
        /// Not gRPC.
        case http
        /// gRPC by its content type, and wrong: answered with an HTTP status, as gRPC PROTOCOL-HTTP2 has it.
        case refused(status: Int)
        /// gRPC, and wrong: answered with a gRPC status.
        case failed(RPCError)
    }

    let route: Route
    let timeout: Duration?
    let metadata: Metadata
    let compression: CallCompression

    init(
        route: Route, timeout: Duration? = nil, metadata: Metadata = Metadata(),
        compression: CallCompression = CallCompression()
    ) {
        self.route = route
        self.timeout = timeout
        self.metadata = metadata
        self.compression = compression
    }
}

/// What the two ends of a call have said about compression.
struct CallCompression: Hashable, Sendable {
    /// `grpc-encoding` of the request: how its messages may be compressed.
    var request: Compression?
    /// `grpc-accept-encoding`: how the response's may be.
    var accepted: AcceptedCompressions = []
    /// How the response's are.
    var response: Compression?
}

/// Reads header sections. Most calls of a connection carry the same fields: it keeps what it made of the last ones, and, for
/// calls that differ in their timeout or path only, the metadata.
struct RequestHeadReader {
    private enum ContentType {
        case other
        case grpc
        /// It begins like gRPC's, and is a form that is not spoken here.
        case otherGRPC
    }

    private let table: MethodTable
    private var lastHead: RequestHead?
    private var lastBlock: [UInt8] = []
    private var customBytes: [UInt8] = []
    private var lastCustomBytes: [UInt8] = []
    private var lastMetadata = Metadata()

    // The section being read.
    private var contentType = ContentType.other
    private var isPost = false
    private var entry: MethodEntry?
    private var timeout: Duration?
    private var isTimeoutBad = false
    private var isEncodingKnown = true
    private var compression = CallCompression()

    init(table: MethodTable) {
        self.table = table
    }

    /// Blocks that are longer are read anew each time, so that a connection keeps little.
    private static let maximumKeptBytes = 4_096

    mutating func read(_ headers: borrowing ReceivedHeaders) -> RequestHead {
        if !headers.isOverLimit, let lastHead, headers.isEqual(to: lastBlock) { return lastHead }
        let head = readAnew(headers)
        if case .rpc = head.route, headers.listBytes <= Self.maximumKeptBytes {
            headers.copy(into: &lastBlock)
            lastHead = head
        }
        return head
    }

    private mutating func readAnew(_ headers: borrowing ReceivedHeaders) -> RequestHead {
        reset()
        headers.forEach { read(name: $0.name, value: $0.value) }
        if contentType == .other { return RequestHead(route: .http) }
        if contentType == .otherGRPC { return refused(415) }
        if !isPost { return refused(405) }
        if headers.isOverLimit {
            return failed(.init(.resourceExhausted, "the request's headers are too large", reason: "HEADERS_TOO_LARGE"))
        }
        return route(headers)
    }

    private mutating func route(_ headers: borrowing ReceivedHeaders) -> RequestHead {
        guard let entry else {
            return failed(.init(.unimplemented, "there is no such method", reason: "METHOD_UNKNOWN"))
        }
        if !isEncodingKnown {
            let known = AcceptedCompressions.header
            return failed(
                .init(
                    .unimplemented, "the request's grpc-encoding is not known here; these are: \(known)",
                    reason: "ENCODING_UNKNOWN"))
        }
        if isTimeoutBad {
            return failed(.init(.invalidArgument, "grpc-timeout is malformed", reason: "TIMEOUT_MALFORMED"))
        }
        guard let metadata = metadata(headers) else {
            return failed(.init(.invalidArgument, "a binary header is not base64", reason: "METADATA_MALFORMED"))
        }
        return RequestHead(route: .rpc(entry), timeout: timeout, metadata: metadata, compression: compression)
    }

    private mutating func reset() {
        customBytes.removeAll(keepingCapacity: true)
        contentType = .other
        isPost = false
        entry = nil
        timeout = nil
        isTimeoutBad = false
        isEncodingKnown = true
        compression = CallCompression()
    }

    private func refused(_ status: Int) -> RequestHead {
        RequestHead(route: .refused(status: status))
    }

    private func failed(_ error: RPCError) -> RequestHead {
        RequestHead(route: .failed(error))
    }

    // The length tells most names apart, so that each field costs one comparison or two.
    private mutating func read(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        switch name.count {
        case 5 where name.matches(":path"):
            entry = table[value]
        case 7 where name.matches(":method"):
            isPost = value.matches("POST")
        case 12 where name.matches("content-type"):
            contentType = Self.contentType(value)
        case 12 where name.matches("grpc-timeout"):
            timeout = GRPCTimeout.parse(value)
            isTimeoutBad = timeout == nil
        case 13 where name.matches("grpc-encoding"):
            compression.request = Compression(value)
            isEncodingKnown = compression.request != nil || value.matches("identity")
        case 20 where name.matches("grpc-accept-encoding"):
            compression.accepted = AcceptedCompressions(value)
        default:
            guard MetadataFields.isCustom(name) else { return }
            customBytes.append(contentsOf: name)
            customBytes.append(0)
            customBytes.append(contentsOf: value)
            customBytes.append(0)
        }
    }

    private static func contentType(_ value: UnsafeRawBufferPointer) -> ContentType {
        // gRPC-Web is no gRPC to the transport: its trailers are part of the body.
        guard value.hasPrefix("application/grpc"), !value.hasPrefix("application/grpc-web") else { return .other }
        let rest = UnsafeRawBufferPointer(rebasing: value[16...])
        if rest.isEmpty || isEnd(rest[0]) { return .grpc }
        guard rest.hasPrefix("+proto") else { return .otherGRPC }
        return rest.count == 6 || isEnd(rest[6]) ? .grpc : .otherGRPC
    }

    // Parameters may follow a media type.
    private static func isEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ";") || byte == UInt8(ascii: " ")
    }

    /// The application's fields; nil if a binary one is not base64.
    private mutating func metadata(_ headers: borrowing ReceivedHeaders) -> Metadata? {
        if customBytes.isEmpty { return Metadata() }
        if customBytes == lastCustomBytes { return lastMetadata }
        var metadata = Metadata()
        var isGood = true
        headers.forEach { field in
            guard MetadataFields.isCustom(field.name) else { return }
            if !MetadataFields.add(name: field.name, value: field.value, to: &metadata) { isGood = false }
        }
        guard isGood else { return nil }
        swap(&lastCustomBytes, &customBytes)
        lastMetadata = metadata
        return metadata
    }
}
