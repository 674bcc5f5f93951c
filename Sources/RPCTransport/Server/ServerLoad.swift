internal import RPCCore
internal import Synchronization

/// What all connections of a server have taken on together: handlers that run, and requests that are kept, while they come and
/// while a handler works on them. What is beyond the limits is refused, whichever connection it comes by.
final class ServerLoad: Sendable {
    private let maximumHandlers: Int
    private let maximumRequestBytes: Int
    private let handlers = Atomic(0)
    private let requestBytes = Atomic(0)

    init(_ configuration: TransportConfiguration) {
        maximumHandlers = configuration.maximumRunningHandlersOfServer
        maximumRequestBytes = configuration.maximumBufferedRequestBytesOfServer
    }

    /// Handlers that have not ended at once.
    var waitingHandlers: Int { handlers.load(ordering: .relaxed) }

    /// Within what connections have not reported yet (``RequestBytes/step`` each).
    var bufferedRequestBytes: Int { requestBytes.load(ordering: .relaxed) }

    func handlerWaits() {
        handlers.wrappingAdd(1, ordering: .relaxed)
    }

    func handlerEnded() {
        handlers.wrappingSubtract(1, ordering: .relaxed)
    }

    /// Why no handler is started now, if so.
    var refusal: RPCError? {
        guard waitingHandlers >= maximumHandlers else { return nil }
        return RPCError(
            .resourceExhausted, "too many calls are running on this server", reason: "TOO_MANY_CALLS",
            retryDelay: .milliseconds(100))
    }

    /// Why a request of which so much is kept already is not kept any longer, if so. Small ones always are.
    func refusal(ofRequestWith bytes: Int) -> RPCError? {
        guard bytes >= RequestBytes.step, bufferedRequestBytes > maximumRequestBytes else { return nil }
        return .tooMuchUploaded
    }

    fileprivate func report(_ bytes: Int) {
        requestBytes.wrappingAdd(bytes, ordering: .relaxed)
    }
}

extension RPCError {
    static var tooMuchUploaded: RPCError {
        RPCError(
            .resourceExhausted, "too much is being sent to this server at once", reason: "TOO_MUCH_UPLOADED",
            retryDelay: .milliseconds(500))
    }
}

/// A connection's account of the parts of requests that it keeps. The server's load hears of it in steps, so that most
/// requests cost it nothing.
struct RequestBytes: ~Copyable {
    static let step = 16 * 1_024

    let load: ServerLoad
    private(set) var count = 0
    private var reported = 0

    init(load: ServerLoad) {
        self.load = load
    }

    deinit {
        load.report(-reported)
    }

    mutating func add(_ bytes: Int) {
        count += bytes
        let change = count - reported
        guard change >= Self.step || change <= -Self.step || (count == 0 && change != 0) else { return }
        load.report(change)
        reported = count
    }
}
