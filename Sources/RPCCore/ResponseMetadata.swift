import Synchronization

/// Headers and trailers that a handler adds to its answer. Headers count until the first message is sent.
public final class ResponseMetadata: Sendable {
    private struct State {
        var initial = Metadata()
        var trailing = Metadata()
    }

    private let state = Mutex(State())

    public init() {}

    public var initial: Metadata { state.withLock { $0.initial } }
    public var trailing: Metadata { state.withLock { $0.trailing } }

    public func addInitial(_ name: String, _ value: String) {
        state.withLock { $0.initial.add(name, value) }
    }

    /// The name has to end in `-bin`.
    public func addInitial(_ name: String, binary value: [UInt8]) {
        state.withLock { $0.initial.add(name, binary: value) }
    }

    public func addTrailing(_ name: String, _ value: String) {
        state.withLock { $0.trailing.add(name, value) }
    }

    /// The name has to end in `-bin`.
    public func addTrailing(_ name: String, binary value: [UInt8]) {
        state.withLock { $0.trailing.add(name, binary: value) }
    }
}
