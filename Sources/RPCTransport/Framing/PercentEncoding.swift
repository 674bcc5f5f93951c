/// How `grpc-message` carries text: printable ASCII as it is, all else and `%` as `%XX` of its UTF-8 (gRPC
/// PROTOCOL-HTTP2, "Percent-Encoded").
enum PercentEncoding {
    /// Longer messages are cut: a client refuses all of the trailers if they are too big.
    static let maximumEncodedBytes = 4096

    static func encode(_ text: String) -> [UInt8] {
        let hex = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            let bytes = UTF8.encode(scalar).map(Array.init) ?? []
            let plain = bytes.count == 1 && (0x20...0x7e).contains(bytes[0]) && bytes[0] != UInt8(ascii: "%")
            if encoded.count + (plain ? 1 : bytes.count * 3) > maximumEncodedBytes { break }
            if plain {
                encoded.append(bytes[0])
            } else {
                for byte in bytes {
                    encoded.append(contentsOf: [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]])
                }
            }
        }
        return encoded
    }

    /// What is not a well-formed escape is left as it is; no message is ever an error.
    static func decode(_ text: UnsafeRawBufferPointer) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "%"), index + 2 < text.count,
                let high = digit(text[index + 1]), let low = digit(text[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(text[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
