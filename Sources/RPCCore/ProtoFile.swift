/// One .proto file, as reflection serves it. Generated code lists those of its module.
public struct ProtoFile: Sendable {
    /// The path by which other files import it, for example `chatrpc/v1/message.proto`.
    public let name: String
    /// The names of the files that it imports.
    public let dependencies: [String]
    /// The full names of what it defines: messages, enums, extensions, services and methods.
    public let symbols: [String]

    private let encoded: StaticString

    /// - Parameter encoded: the descriptor's bytes, each as the character of that number, U+0000 to U+00FF.
    public init(name: String, dependencies: [String], symbols: [String], encoded: StaticString) {
        self.name = name
        self.dependencies = dependencies
        self.symbols = symbols
        self.encoded = encoded
    }

    /// The encoded google.protobuf.FileDescriptorProto, without source info. Made anew on each access.
    public var descriptor: [UInt8] {
        encoded.description.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }
}
