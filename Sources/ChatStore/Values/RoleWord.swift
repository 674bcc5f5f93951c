import GeneratedMessages

/// The words for roles that the CHECK of the column admits.
extension Role {
    var word: StaticString {
        switch self {
        case .assistant: "assistant"
        case .system: "system"
        default: "user"
        }
    }

    init(word: RawSpan) {
        guard !word.isEmpty else {
            self = .unspecified
            return
        }
        switch word.unsafeLoad(as: UInt8.self) {
        case UInt8(ascii: "u"): self = .user
        case UInt8(ascii: "a"): self = .assistant
        case UInt8(ascii: "s"): self = .system
        default: self = .unspecified
        }
    }
}
