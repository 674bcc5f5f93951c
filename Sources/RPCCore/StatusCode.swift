/// The outcome of a call, as gRPC numbers it (gRPC "Status codes and their use in gRPC").
public struct StatusCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int

    /// Any number a peer may send; unknown ones are kept as they are and have the name `CODE_n`.
    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    public static let ok = StatusCode(rawValue: 0)
    public static let cancelled = StatusCode(rawValue: 1)
    public static let unknown = StatusCode(rawValue: 2)
    public static let invalidArgument = StatusCode(rawValue: 3)
    public static let deadlineExceeded = StatusCode(rawValue: 4)
    public static let notFound = StatusCode(rawValue: 5)
    public static let alreadyExists = StatusCode(rawValue: 6)
    public static let permissionDenied = StatusCode(rawValue: 7)
    public static let resourceExhausted = StatusCode(rawValue: 8)
    public static let failedPrecondition = StatusCode(rawValue: 9)
    public static let aborted = StatusCode(rawValue: 10)
    public static let outOfRange = StatusCode(rawValue: 11)
    public static let unimplemented = StatusCode(rawValue: 12)
    public static let internalError = StatusCode(rawValue: 13)
    public static let unavailable = StatusCode(rawValue: 14)
    public static let dataLoss = StatusCode(rawValue: 15)
    public static let unauthenticated = StatusCode(rawValue: 16)

    private static let table: [(name: String, httpStatus: Int)] = [
        ("OK", 200), ("CANCELLED", 499), ("UNKNOWN", 500), ("INVALID_ARGUMENT", 400),
        ("DEADLINE_EXCEEDED", 504), ("NOT_FOUND", 404), ("ALREADY_EXISTS", 409),
        ("PERMISSION_DENIED", 403), ("RESOURCE_EXHAUSTED", 429), ("FAILED_PRECONDITION", 400),
        ("ABORTED", 409), ("OUT_OF_RANGE", 400), ("UNIMPLEMENTED", 501), ("INTERNAL", 500),
        ("UNAVAILABLE", 503), ("DATA_LOSS", 500), ("UNAUTHENTICATED", 401),
    ]

    /// The name in upper snake case, for example `INVALID_ARGUMENT`.
    public var name: String {
        Self.table.indices.contains(rawValue) ? Self.table[rawValue].name : "CODE_\(rawValue)"
    }

    /// The HTTP status by the table in `google/rpc/code.proto`; 500 for unknown codes.
    public var httpStatus: Int {
        Self.table.indices.contains(rawValue) ? Self.table[rawValue].httpStatus : 500
    }
}

extension StatusCode: CustomStringConvertible {
    public var description: String { name }
}
