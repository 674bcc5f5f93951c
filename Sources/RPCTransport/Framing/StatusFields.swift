internal import RPCCore

/// The fields that say how a call ended (gRPC PROTOCOL-HTTP2, "Trailers").
enum StatusFields {
    static let ok = FixedHeaderBlock(["grpc-status": "0"])
    static let responseHeaders = FixedHeaderBlock([":status": "200", "content-type": "application/grpc"])

    /// The response headers with the handler's own.
    ///
    /// - Parameter usesCompression: whether the call has to do with compression. Only then is it worth its bytes to tell
    ///   what is understood here ("it MUST include said encoding in the response's grpc-accept-encoding header").
    static func responseHeaders(
        _ metadata: Metadata, compression: Compression? = nil, usesCompression: Bool = false
    ) -> HeaderBlock {
        var block = HeaderBlock([":status": "200", "content-type": "application/grpc"])
        if let compression { block.append("grpc-encoding", compression.rawValue) }
        if usesCompression { block.append("grpc-accept-encoding", AcceptedCompressions.header.description) }
        MetadataFields.append(metadata, to: &block)
        return block
    }

    /// Trailers of a success, with the handler's own.
    static func ok(_ metadata: Metadata) -> HeaderBlock {
        var block = HeaderBlock(["grpc-status": "0"])
        MetadataFields.append(metadata, to: &block)
        return block
    }

    /// Appends what says that a call failed.
    static func append(_ error: RPCError, trailing: Metadata, to block: inout HeaderBlock) {
        block.append("grpc-status", String(error.code.rawValue))
        if !error.message.isEmpty { block.append("grpc-message", bytes: PercentEncoding.encode(error.message)) }
        if error.hasDetails {
            block.append("grpc-status-details-bin", bytes: Base64.encode(StatusDetails.encode(error)))
        }
        if let delay = error.retryDelay {
            let milliseconds = delay.components.seconds * 1000 + delay.components.attoseconds / 1_000_000_000_000_000
            block.append("grpc-retry-pushback-ms", String(milliseconds))
        }
        // The peer needs to know what it may use instead (gRPC compression, "Compression Method Asymmetry").
        if error.code == .unimplemented {
            block.append("grpc-accept-encoding", AcceptedCompressions.header.description)
        }
        MetadataFields.append(error.metadata, to: &block)
        MetadataFields.append(trailing, to: &block)
    }
}
