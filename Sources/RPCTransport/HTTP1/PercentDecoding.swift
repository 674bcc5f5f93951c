/// Percent-encoding in a URL's path and query (RFC 3986 section 2.1), decoded strictly.
package enum PercentDecoding {
    /// One segment of a path.
    ///
    /// A slash, NUL, CR or LF that was hidden by encoding has no business in an id: what is split here must not be
    /// split differently, or ended, further on.
    ///
    /// - Returns: nil where the text is not percent-encoded UTF-8, or holds one of those.
    package static func segment(_ text: Substring.UTF8View) -> String? {
        string(text, plusIsSpace: false) { $0 == UInt8(ascii: "/") || $0 == 0 || $0 == 0x0A || $0 == 0x0D }
    }

    /// A name or value of a query, where `+` stands for a blank (application/x-www-form-urlencoded).
    ///
    /// - Returns: nil where the text is not percent-encoded UTF-8, or holds NUL.
    package static func queryComponent(_ text: Substring.UTF8View) -> String? {
        string(text, plusIsSpace: true) { $0 == 0 }
    }

    /// The value of a query's parameter that may be any bytes; nil where it is not percent-encoded.
    package static func queryBytes(_ text: Substring.UTF8View) -> [UInt8]? {
        bytes(text, plusIsSpace: true) { _ in false }
    }

    private static func string(
        _ text: Substring.UTF8View, plusIsSpace: Bool, isRefused: (UInt8) -> Bool
    ) -> String? {
        bytes(text, plusIsSpace: plusIsSpace, isRefused: isRefused).flatMap { String(validating: $0, as: UTF8.self) }
    }

    private static func bytes(
        _ text: Substring.UTF8View, plusIsSpace: Bool, isRefused: (UInt8) -> Bool
    ) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            var decoded = byte
            if byte == UInt8(ascii: "%") {
                guard let high = iterator.next().flatMap(hexadecimal), let low = iterator.next().flatMap(hexadecimal)
                else { return nil }
                decoded = high << 4 | low
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                decoded = UInt8(ascii: " ")
            }
            guard !isRefused(decoded) else { return nil }
            bytes.append(decoded)
        }
        return bytes
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
