package import NIOHTTP1
package import ProtobufRuntime
package import RPCCore

/// What a call carries beside its messages, for the protocols that put it somewhere else than gRPC does.
package enum CallFields {
    /// The application's fields among a request's headers.
    ///
    /// - Parameter isOwn: whether a field (in lower case) is the protocol's, and not the application's.
    package static func metadata(
        of headers: HTTPHeaders, without isOwn: (String) -> Bool
    ) throws(RPCError) -> Metadata {
        var metadata = Metadata()
        for (name, value) in headers {
            let name = name.lowercased()
            guard !isOwn(name) else { continue }
            let isGood = Array(name.utf8).withUnsafeBytes { name in
                guard MetadataFields.isCustom(name) else { return true }
                return Array(value.utf8).withUnsafeBytes { MetadataFields.add(name: name, value: $0, to: &metadata) }
            }
            guard isGood else {
                throw RPCError(.invalidArgument, "\(name) is not base64", reason: "METADATA_MALFORMED")
            }
        }
        return metadata
    }

    /// Metadata as fields, bytes as base64. What HTTP could not carry, or gRPC keeps for itself, is left out.
    package static func fields(_ metadata: Metadata) -> [(name: String, value: String)] {
        var block = HeaderBlock()
        MetadataFields.append(metadata, to: &block)
        return block.fields
    }

    /// How a call ended, as gRPC's trailers say it.
    package static func status(_ error: RPCError?, trailing: Metadata) -> [(name: String, value: String)] {
        guard let error else { return StatusFields.ok(trailing).fields }
        var block = HeaderBlock()
        StatusFields.append(error, trailing: trailing, to: &block)
        return block.fields
    }

    /// What an error says beside its code and message: messages of google/rpc/error_details.proto.
    package static func details(of error: RPCError) -> [any ProtobufMessage] {
        StatusDetails.messages(of: error)
    }

    /// The value of `grpc-timeout`; nil for anything that is not one.
    package static func timeout(_ text: String) -> Duration? {
        Array(text.utf8).withUnsafeBytes(GRPCTimeout.parse)
    }
}
