import NIOHTTP1

/// Whether a request says that its body is something else than JSON.
enum MediaType {
    /// No Content-Type counts as JSON; so do `application/json` and any `+json` type, in UTF-8 (RFC 8259 section 8.1
    /// knows no other), and not compressed.
    static func isJSON(_ headers: HTTPHeaders) -> Bool {
        if let coding = headers.first(name: "content-encoding"), coding.lowercased() != "identity" { return false }
        guard let value = headers.first(name: "content-type") else { return true }
        let parts = value.lowercased().split(separator: ";", omittingEmptySubsequences: false).map { trimmed($0) }
        guard parts[0] == "application/json" || (parts[0].contains("/") && parts[0].hasSuffix("+json")) else {
            return false
        }
        return parts.dropFirst().allSatisfy { parameter in
            guard parameter.hasPrefix("charset=") else { return true }
            return ["utf-8", "\"utf-8\"", "utf8"].contains(parameter.dropFirst("charset=".count))
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text = text.dropLast() }
        return text
    }
}
