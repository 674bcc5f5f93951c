/// The REST form of one RPC, from its google.api.http annotation.
public struct HTTPRoute: Sendable, Hashable {
    public enum Segment: Sendable, Hashable {
        /// A segment that has to be just so.
        case literal(String)
        /// A segment that fills the request field of that proto name.
        case field(String)
    }

    public enum Body: Sendable, Hashable {
        /// A body, if there is one, is read and left alone.
        case none
        /// The body is the request.
        case whole
        /// The body is the request field of that proto name.
        case field(String)
    }

    /// GET, POST, PUT, PATCH or DELETE.
    public let httpMethod: String
    /// The path, split at its slashes; a trailing slash makes no difference.
    public let segments: [Segment]
    public let body: Body
    /// The RPC: `/service/method`.
    public let rpcPath: String
    /// The HTTP status of a success.
    public let successStatus: Int
    /// Whether the answer begins with `"status": "success"`.
    public let hasStatusMember: Bool

    public init(
        _ httpMethod: String, _ segments: [Segment], body: Body, rpcPath: String,
        successStatus: Int = 200, hasStatusMember: Bool = false
    ) {
        self.httpMethod = httpMethod
        self.segments = segments
        self.body = body
        self.rpcPath = rpcPath
        self.successStatus = successStatus
        self.hasStatusMember = hasStatusMember
    }
}
