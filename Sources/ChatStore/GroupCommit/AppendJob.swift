import ProtobufRuntime

/// An append that waits for its group, and whoever awaits it.
struct AppendJob: Sendable {
    let append: Append
    let caller: Caller<[AppendResult]>
    /// Of its texts.
    let bytes: Int

    init(_ append: Append, caller: Caller<[AppendResult]>) {
        self.append = append
        self.caller = caller
        bytes = append.items.reduce(0) { $0 + $1.content.count + ($1.metadata?.count ?? 0) + 256 }
    }

    var messages: Int { append.items.count }

    func hasExpired(at now: ContinuousClock.Instant) -> Bool {
        append.deadline.map { $0 <= now } ?? false || caller.isGone
    }

    func fail(_ error: StoreError) {
        caller.resume(throwing: error)
    }
}
