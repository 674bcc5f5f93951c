public import ProtobufRuntime
public import RPCCore

/// What the gateway can be told.
public struct ConnectConfiguration: Sendable {
    /// One message of a request, before it was compressed, in bytes.
    public var maximumMessageBytes = 4 * 1_024 * 1_024 + 64 * 1_024
    /// What a message may decode to.
    public var decodingLimits = DecodingLimits.default
    /// How messages are compressed for callers who understand it, where the handler does not choose; nil sends them as they are.
    public var responseCompression: Compression?

    public init() {}
}
