public import ProtobufRuntime

/// What the gateway can be told.
public struct RESTConfiguration: Sendable {
    /// The length of a request's target, path and query together. A longer one is answered with 414.
    public var maximumTargetBytes = 8 << 10
    /// The length of a request's body. A longer one is answered with 413.
    public var maximumBodyBytes = 4 << 20
    /// What a body may decode to.
    public var decodingLimits = DecodingLimits.default
    /// The HTTP status of an error by its reason, where that of its code does not say enough.
    public var statusByReason: [String: Int] = [:]
    /// The header fields, in lower case, that handlers see as metadata; beside them always `x-request-id`.
    public var forwardedHeaders = ["authorization", "user-agent"]
    /// Routes that are no RPC.
    public var plainRoutes: [PlainRoute] = []

    public init() {}
}
