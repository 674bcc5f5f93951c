import CLibPQ

/// The one owner of a PGconn: a non-blocking connection in pipeline mode, used by one thread.
///
/// It counts what it has sent, because in pipeline mode libpq can't be asked whether another answer is due.
final class PostgresConnection {
    private let handle: OpaquePointer
    private let notices = Notices()
    /// How many statements and syncs have not been answered to the end.
    private(set) var unanswered = 0
    /// Where statements' parameters are put together.
    let parameters = ParameterBuffer()

    /// What the server has to say beside its answers.
    private final class Notices {
        var warnings = 0
    }

    /// Begins to connect. (Host names are looked up before it returns: libpq has no other way.)
    init(_ settings: ConnectionSettings) throws(PostgresFailure) {
        let started = settings.withCStrings { keywords, values in
            PQconnectStartParams(keywords, values, 0)
        }
        guard let started else { throw PostgresFailure(message: "out of memory") }
        handle = started
        guard PQstatus(handle) != CONNECTION_BAD else { throw lastFailure }
        PQsetNoticeReceiver(
            handle,
            { context, notice in
                guard let context, let notice, PostgresResult.isWarning(notice: notice) else { return }
                Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue().warnings += 1
            }, Unmanaged.passUnretained(notices).toOpaque())
    }

    deinit {
        PQfinish(handle)
    }

    // MARK: Connecting

    enum Connecting {
        case waitingToRead, waitingToWrite, connected
    }

    /// Goes on connecting, once the socket is as it said that it waits for.
    func goOnConnecting() throws(PostgresFailure) -> Connecting {
        switch PQconnectPoll(handle) {
        case PGRES_POLLING_READING: return .waitingToRead
        case PGRES_POLLING_WRITING: return .waitingToWrite
        case PGRES_POLLING_OK:
            guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else { throw lastFailure }
            return .connected
        default: throw lastFailure
        }
    }

    /// The socket to poll. While connecting it may change with each step.
    var socket: Int32 { PQsocket(handle) }

    // MARK: Sending

    func prepare(_ name: String, _ sql: String) throws(PostgresFailure) {
        try sent(PQsendPrepare(handle, name, sql, 0, nil))
    }

    /// Sends a statement that was not prepared, without parameters.
    func execute(sql: String) throws(PostgresFailure) {
        try sent(PQsendQueryParams(handle, sql, 0, nil, nil, nil, nil, 1))
    }

    /// Sends a prepared statement with the parameters that `bind` puts together.
    func execute(_ name: String, _ bind: (ParameterBuffer) -> Void = { _ in }) throws(PostgresFailure) {
        parameters.removeAll()
        bind(parameters)
        let accepted = parameters.withParameters { count, values, lengths in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(Int(count), 1)) { formats in
                formats.initialize(repeating: 1)
                return PQsendQueryPrepared(handle, name, count, values, lengths, formats.baseAddress, 1)
            }
        }
        try sent(accepted)
    }

    /// Asks the server for the answers so far, within a segment of the pipeline.
    func requestFlush() throws(PostgresFailure) {
        guard PQsendFlushRequest(handle) == 1 else { throw lastFailure }
    }

    /// Ends a segment of the pipeline: behind it statements run again after a failure.
    func sync() throws(PostgresFailure) {
        try sent(PQpipelineSync(handle))
    }

    /// Writes what was sent to the socket; true if some of it has to wait until the socket is writable.
    func flush() throws(PostgresFailure) -> Bool {
        switch PQflush(handle) {
        case 0: return false
        case 1: return true
        default: throw lastFailure
        }
    }

    private func sent(_ accepted: Int32) throws(PostgresFailure) {
        guard accepted == 1 else { throw lastFailure }
        unanswered += 1
    }

    // MARK: Receiving

    /// Reads what the socket has. After a failure there may still be results to take.
    func read() throws(PostgresFailure) {
        guard PQconsumeInput(handle) == 1 else { throw lastFailure }
    }

    /// The next result that is complete; nil if one has to wait for the socket, or none is due.
    func nextResult() -> PostgresResult? {
        while unanswered > 0, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else {
                unanswered -= 1  // the end of one statement's results
                continue
            }
            // A sync's result is not followed by an end.
            if PQresultStatus(result) == PGRES_PIPELINE_SYNC { unanswered -= 1 }
            return PostgresResult(owning: result)
        }
        return nil
    }

    /// Whether the server left us within a transaction.
    var isInTransaction: Bool {
        let status = PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    /// How many warnings the server has sent.
    var warnings: Int { notices.warnings }

    var isBroken: Bool { PQstatus(handle) == CONNECTION_BAD }

    /// Why the last call failed. libpq's words may name host and user, never the password.
    var lastFailure: PostgresFailure {
        let message = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
        return PostgresFailure(message: message.split(separator: "\n").first.map(String.init) ?? "connection lost")
    }
}
