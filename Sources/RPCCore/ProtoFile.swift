/// One .proto file, as reflection serves it. Generated code lists those of its module.
public struct ProtoFile: Sendable {
    /// The path by which other files import it, for example `chatrpc/v1/message.proto`.
    public let name: String
    /// The names of the files that it imports.
    public let dependencies: [String]
    /// The full names of what it defines: messages, their fields and oneofs, enums, their values, extensions, services,
    /// methods.
    public let symbols: [String]
    /// The fields that it adds to messages of other files: the full name of the message, and the field's number.
    public let extensions: [(type: String, number: Int32)]

    private let encoded: StaticString

    /// - Parameter encoded: the descriptor's bytes, each as the character of that number, U+0000 to U+00FF.
    public init(
        name: String, dependencies: [String], symbols: [String], extensions: [(type: String, number: Int32)] = [],
        encoded: StaticString
    ) {
        self.name = name
        self.dependencies = dependencies
        self.symbols = symbols
        self.extensions = extensions
        self.encoded = encoded
    }

    /// The encoded google.protobuf.FileDescriptorProto, without source info. Made anew on each access.
    public var descriptor: [UInt8] {
        encoded.description.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }
}
