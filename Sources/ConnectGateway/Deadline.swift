import RPCCore

/// Runs a handler until it ends, or cancels it at its deadline.
func withDeadline(
    _ deadline: ContinuousClock.Instant?, _ body: @escaping @Sendable () async throws -> Void
) async throws {
    guard let deadline else { return try await body() }
    guard deadline > .now else { throw RPCError.late }
    try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
            try await body()
            return true
        }
        group.addTask {
            try await Task.sleep(until: deadline, clock: .continuous)
            return false
        }
        defer { group.cancelAll() }
        if try await group.next() != true { throw RPCError.late }
    }
}

extension RPCError {
    fileprivate static var late: RPCError {
        RPCError(.deadlineExceeded, "the call's deadline has passed", reason: "DEADLINE_EXCEEDED")
    }
}
