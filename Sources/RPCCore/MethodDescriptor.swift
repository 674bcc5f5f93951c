public import ProtobufRuntime

/// How many messages go each way.
public enum MethodKind: Sendable, Hashable {
    case unary
    case clientStreaming
    case serverStreaming
    case bidirectional
}

/// What a repeated call does (google.protobuf.MethodOptions.idempotency_level).
public enum MethodIdempotency: Sendable, Hashable {
    case unknown
    case noSideEffects
    case idempotent
}

/// One RPC: its names, its kind, and the types that go in and come out.
public struct MethodDescriptor<Request: ProtobufMessage, Response: ProtobufMessage>: Sendable {
    /// The full name of the service, for example `chatrpc.v1.MessageService`.
    public let service: String
    /// The name of the method, for example `CreateMessage`.
    public let name: String
    /// The value of `:path`: `/service/method`.
    public let path: String
    public let kind: MethodKind
    public let idempotency: MethodIdempotency

    public init(
        service: String, name: String, kind: MethodKind, idempotency: MethodIdempotency = .unknown
    ) {
        self.service = service
        self.name = name
        self.path = "/\(service)/\(name)"
        self.kind = kind
        self.idempotency = idempotency
    }
}

extension MethodDescriptor {
    /// The method without its types.
    public var identity: MethodIdentity {
        MethodIdentity(service: service, name: name, path: path, kind: kind, idempotency: idempotency)
    }
}

/// Which RPC it is, for those that see calls of every type: interceptors, metrics, logs.
public struct MethodIdentity: Sendable, Hashable {
    /// The full name of the service, for example `chatrpc.v1.MessageService`.
    public let service: String
    /// The name of the method, for example `CreateMessage`.
    public let name: String
    /// `/service/method`.
    public let path: String
    public let kind: MethodKind
    public let idempotency: MethodIdempotency

    package init(service: String, name: String, path: String, kind: MethodKind, idempotency: MethodIdempotency) {
        self.service = service
        self.name = name
        self.path = path
        self.kind = kind
        self.idempotency = idempotency
    }
}
