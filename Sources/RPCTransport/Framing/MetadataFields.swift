internal import RPCCore

/// Metadata as header fields and back (gRPC PROTOCOL-HTTP2, Custom-Metadata).
enum MetadataFields {
    /// Whether a field of that name is the application's: not a pseudo-header, not one that HTTP/2 or gRPC itself uses.
    static func isCustom(_ name: UnsafeRawBufferPointer) -> Bool {
        guard let first = name.first, first != UInt8(ascii: ":") else { return false }
        switch name.count {
        case 2: return !name.matches("te")
        case 7: return !name.matches("upgrade") && !hasReservedPrefix(name)
        case 10: return !isConnectionField(name) && !hasReservedPrefix(name)
        case 12: return !name.matches("content-type") && !hasReservedPrefix(name)
        case 14: return !name.matches("content-length") && !hasReservedPrefix(name)
        case 16, 17: return !isConnectionField(name) && !hasReservedPrefix(name)
        default: return !hasReservedPrefix(name)
        }
    }

    // RFC 9113, section 8.2.2: HTTP/2 has none of these.
    private static func isConnectionField(_ name: UnsafeRawBufferPointer) -> Bool {
        name.matches("connection") || name.matches("keep-alive")
            || name.matches("proxy-connection") || name.matches("transfer-encoding")
    }

    private static func hasReservedPrefix(_ name: UnsafeRawBufferPointer) -> Bool {
        name.hasPrefix("grpc-") && !name.matches("grpc-retry-pushback-ms")
            && !name.matches("grpc-previous-rpc-attempts")
    }

    private static func isBinary(_ name: some BidirectionalCollection<UInt8>) -> Bool {
        name.suffix(4).elementsEqual("-bin".utf8)
    }

    /// Adds one received field. False if it is a `-bin` one that is not base64.
    static func add(
        name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, to metadata: inout Metadata
    ) -> Bool {
        let key = String(decoding: name, as: UTF8.self)
        guard isBinary(name) else {
            metadata.add(key, String(decoding: value, as: UTF8.self))
            return true
        }
        // Several values may have been joined by commas.
        for part in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let trimmed = part.drop { $0 == UInt8(ascii: " ") }
            guard let bytes = Base64.decode(trimmed) else { return false }
            metadata.add(key, binary: bytes)
        }
        return true
    }

    /// Appends the metadata to a block. What HTTP/2 could not carry (RFC 9113, section 8.2.1), or gRPC keeps for
    /// itself, is left out.
    static func append(_ metadata: Metadata, to block: inout HeaderBlock) {
        for entry in metadata.entries {
            let name = Array(entry.name.utf8)
            guard name.withUnsafeBytes(isCustom), name.allSatisfy(isNameByte) else { continue }
            switch entry.value {
            case .binary(let bytes):
                if isBinary(name) { block.append(name: name, value: Base64.encode(bytes)) }
            case .text(let text):
                guard !isBinary(name), text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else { continue }
                block.append(name: name, value: text.utf8)
            }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
