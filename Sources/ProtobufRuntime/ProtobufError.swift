/// Why bytes or JSON could not become a message.
///
/// It names the place (`field`, `offset`) and never holds a piece of the input, so that it can be shown to the peer that sent it.
public struct ProtobufError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of fault it is. More may be added: a `switch` needs a `default`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String

        public init(_ description: String) { self.description = description }

        /// The bytes are not a message: a cut field, a bad tag or length, broken JSON.
        public static let malformed = Code("malformed")
        /// A `string` field holds bytes that are not UTF-8 (RFC 3629).
        public static let invalidUTF8 = Code("invalidUTF8")
        /// Nested deeper than `DecodingLimits.maximumDepth`.
        public static let tooDeep = Code("tooDeep")
        /// The decoded message would take more memory than `DecodingLimits.maximumBytes`.
        public static let tooLarge = Code("tooLarge")
        /// More fields and elements than `DecodingLimits.maximumElements`.
        public static let tooManyElements = Code("tooManyElements")
        /// A JSON value of a type that the field can't take.
        public static let wrongType = Code("wrongType")
        /// A number outside the field's range.
        public static let outOfRange = Code("outOfRange")
        /// A JSON string that names no value of the enum.
        public static let unknownEnumName = Code("unknownEnumName")
        /// A JSON member that the message does not have, where unknown members are refused.
        public static let unknownField = Code("unknownField")
    }

    public var code: Code
    /// The path of the field at fault by its proto names, for example `messages[3].role`; nil for the message as a whole.
    public var field: String?
    /// Where in the input the fault was seen, in bytes from its start, where that is known.
    public var offset: Int?
    /// One sentence for people.
    public var message: String

    public init(_ code: Code, field: String? = nil, offset: Int? = nil, _ message: String) {
        self.code = code
        self.field = field
        self.offset = offset
        self.message = message
    }

    public var description: String {
        var text = message
        if let field { text += " (field \(field))" }
        if let offset { text += " (at byte \(offset))" }
        return text
    }
}
