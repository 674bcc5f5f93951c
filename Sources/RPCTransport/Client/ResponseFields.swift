import RPCCore

/// One block of response headers or trailers, sorted into what the protocol reads and what belongs to the application.
struct ResponseFields: Hashable {
    /// `:status`; nil in trailers.
    var httpStatus: Int?
    var contentType: String?
    /// `grpc-encoding`
    var encoding: String?
    /// `grpc-status` as it was sent.
    var status: String?
    /// `grpc-message`, decoded.
    var message: String?
    /// `grpc-status-details-bin`, decoded.
    var details: [UInt8]?
    var metadata = Metadata()

    init() {}

    init(_ headers: borrowing ReceivedHeaders) {
        headers.forEach({ add($0.name, $0.value) })
    }

    /// A binary field that is not base64 is left out: an answer is not thrown away for it.
    private mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        func isNamed(_ text: StaticString) -> Bool {
            text.withUTF8Buffer { $0.elementsEqual(name) }
        }
        switch name.count {
        case 7 where isNamed(":status"): httpStatus = Int(String(decoding: value, as: UTF8.self))
        case 11 where isNamed("grpc-status"): status = String(decoding: value, as: UTF8.self)
        case 12 where isNamed("content-type"): contentType = String(decoding: value, as: UTF8.self)
        case 12 where isNamed("grpc-message"): message = PercentEncoding.decode(value)
        case 13 where isNamed("grpc-encoding"): encoding = String(decoding: value, as: UTF8.self)
        case 23 where isNamed("grpc-status-details-bin"): details = Base64.decode(value)
        default:
            if MetadataFields.isCustom(name) {
                _ = MetadataFields.add(name: name, value: value, to: &metadata)
            }
        }
    }
}

// MARK: What they say

extension ResponseFields {
    /// Whether the content is gRPC's: `application/grpc`, alone or with a suffix (gRPC PROTOCOL-HTTP2, Content-Type).
    var isGRPC: Bool {
        let name = "application/grpc"
        guard let contentType else { return false }
        if contentType == name { return true }
        let given = contentType.lowercased()
        guard given.hasPrefix(name) else { return false }
        return switch given.utf8.dropFirst(name.utf8.count).first {
        case nil, UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: " "): true
        default: false
        }
    }

    /// How the call ended, by these trailers.
    var end: CallEnd {
        guard let status else {
            return CallEnd(
                error: RPCError(.unknown, "the server's trailers have no grpc-status", metadata: metadata),
                trailingMetadata: metadata)
        }
        if status == "0" { return CallEnd(trailingMetadata: metadata) }
        guard let code = Int(status), code >= 0 else {
            return CallEnd(
                error: RPCError(.unknown, "the server's grpc-status is not a number", metadata: metadata),
                trailingMetadata: metadata)
        }
        // A status such as 00 is OK too.
        guard code != 0 else { return CallEnd(trailingMetadata: metadata) }
        var error = RPCError(StatusCode(rawValue: code), message ?? "", metadata: metadata)
        if let details { error.addDetails(from: details) }
        return CallEnd(error: error, trailingMetadata: metadata)
    }

    /// How the call ended, if these are the headers of a response that isn't gRPC's.
    var notGRPC: CallEnd {
        let code = StatusCode(httpStatus: httpStatus ?? 0)
        let type = contentType ?? "without a content type"
        return .failed(code, "the server answered with HTTP status \(httpStatus ?? 0), \(type), which is not gRPC")
    }
}
