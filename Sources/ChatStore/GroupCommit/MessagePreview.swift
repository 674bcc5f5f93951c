import ProtobufRuntime

/// What a session list shows of a message: at most 100 characters of its text, 97 and "..." where it is longer.
/// Characters are Unicode scalars, as in the databases of earlier deployments.
struct MessagePreview: Sendable, Hashable {
    static let maximumCharacters = 100

    /// How many bytes of the text it shows.
    private(set) var byteCount: Int
    /// Whether the ellipsis follows.
    private(set) var isCut: Bool

    /// Measures valid UTF-8.
    init(of text: RawSpan) {
        let shownOfLonger = MessagePreview.maximumCharacters - 3
        byteCount = text.byteCount
        isCut = false
        // A text of no more bytes has no more characters.
        guard text.byteCount > MessagePreview.maximumCharacters else { return }
        var characters = 0
        var cut = 0
        for offset in 0..<text.byteCount {
            let byte = text.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            guard byte & 0xC0 != 0x80 else { continue }
            if characters == shownOfLonger { cut = offset }
            characters += 1
            if characters > MessagePreview.maximumCharacters {
                byteCount = cut
                isCut = true
                return
            }
        }
    }

    /// The preview of a text, as UTF-8.
    static func bytes(of text: FieldBytes) -> [UInt8] {
        text.withSpan { span in
            let preview = MessagePreview(of: span)
            var bytes: [UInt8] = []
            bytes.reserveCapacity(preview.byteCount + 3)
            span.withUnsafeBytes { bytes.append(contentsOf: $0[..<preview.byteCount]) }
            if preview.isCut { bytes.append(contentsOf: "...".utf8) }
            return bytes
        }
    }
}
