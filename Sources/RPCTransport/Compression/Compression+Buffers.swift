package import NIOCore
package import RPCCore

// For protocols whose messages are not framed as gRPC's are.
extension Compression {
    /// Those that a peer names in `accept-encoding` or a field like it (RFC 9110, section 12.5.3), in its order, without the
    /// unknown ones and the ones that it refuses.
    package static func accepted(_ fields: [String]) -> [Compression] {
        fields.flatMap { $0.split(separator: ",") }.compactMap { part in
            let words = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let name = words.first, !words.dropFirst().contains(where: isZero) else { return nil }
            return Compression(rawValue: name)
        }
    }

    private static func isZero(_ weight: String) -> Bool {
        weight.hasPrefix("q=") && Double(weight.dropFirst(2)) == 0
    }

    /// The bytes compressed; nil if they would not become fewer.
    package func compressed(_ bytes: ByteBuffer) -> ByteBuffer? {
        guard bytes.readableBytes > 1 else { return nil }
        var result = ByteBuffer()
        let count = bytes.withUnsafeReadableBytes { source in
            result.writeWithUnsafeMutableBytes(minimumWritableBytes: source.count - 1) { target in
                let room = UnsafeMutableRawBufferPointer(rebasing: target[..<(source.count - 1)])
                return MessageCompressor.ofThisThread.compress(source, self, into: room) ?? 0
            }
        }
        return count > 0 ? result : nil
    }

    /// What the bytes were before they were compressed, if that is not longer than `limit`.
    package func decompressed(_ bytes: ByteBuffer, limit: Int) throws(RPCError) -> ByteBuffer {
        do {
            return try bytes.withUnsafeReadableBytes { source in
                try MessageCompressor.ofThisThread.withDecompressed(source, self, limit: limit) {
                    ByteBuffer(bytes: $0)
                }
            }
        } catch let error as DecompressionError {
            throw RPCError(requestError: error)
        } catch {
            throw RPCError(handlerError: error)
        }
    }
}
