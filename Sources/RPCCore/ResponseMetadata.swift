/// What a handler says about its answer: headers and trailers to add, and how messages are compressed. Headers and
/// compression count until the first message is sent.
public final class ResponseMetadata: Sendable {
    private struct State {
        var initial = Metadata()
        var trailing = Metadata()
        var compression: Compression??
    }

    private let state = Guarded(State())

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

    /// Has the messages compressed, where the caller says that it understands that, or (nil) sent as they are. A handler
    /// that does not choose leaves it to the server's configuration.
    public func compressMessages(with compression: Compression?) {
        state.withLock { $0.compression = .some(compression) }
    }

    /// What a handler chose; nil where none did.
    package var chosenCompression: Compression?? { state.withLock { $0.compression } }
}
