/// A message of a .proto file: a value over copy-on-write storage. Made by generated code only.
///
/// Two messages are equal when their fields are: floats by their bits (so that NaN equals itself and -0.0 is not 0.0), maps
/// whatever the order of their entries, unknown fields as they came.
public protocol ProtobufMessage: RepeatedElement {
    /// The description of the type.
    static var schema: MessageSchema { get }
    /// What the message is; only generated code needs it.
    var storage: MessageStorage { get set }
    init(storage: MessageStorage)
}

extension ProtobufMessage {
    /// The empty message. All of a type share one: nothing is allocated until a field is set.
    @inlinable
    public init() {
        self.init(storage: MessageStorage(Self.schema))
    }

    /// A new message, filled by `body`.
    @inlinable
    public static func with<E: Error>(_ body: (inout Self) throws(E) -> Void) throws(E) -> Self {
        var message = Self()
        try body(&message)
        return message
    }

    @inlinable
    public static func == (one: Self, other: Self) -> Bool { one.storage == other.storage }

    @inlinable
    public func hash(into hasher: inout Hasher) { storage.hash(into: &hasher) }
}
