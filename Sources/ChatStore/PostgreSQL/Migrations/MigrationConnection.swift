import CLibPQ

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The one owner of a PGconn on which one statement runs at a time, its thread waiting for the answer: what migrations need,
/// which may take minutes.
final class MigrationConnection {
    private let handle: OpaquePointer

    /// - Parameter stop: what ends the attempt early, once it is signalled.
    init(_ settings: ConnectionSettings, timeoutSeconds: Int, stop: WakeUp) throws(PostgresFailure) {
        let made = settings.withCStrings { keywords, values in PQconnectStartParams(keywords, values, 0) }
        guard let made else { throw PostgresFailure(message: "out of memory") }
        handle = made
        // What the statements have to say beside their answers is of no use to anyone.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        guard PQstatus(handle) != CONNECTION_BAD else { throw lastFailure }
        try connect(until: .now + .seconds(timeoutSeconds), stop)
    }

    private func connect(until end: ContinuousClock.Instant, _ stop: WakeUp) throws(PostgresFailure) {
        var events = POLLOUT
        while true {
            var interests = [
                pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: PQsocket(handle), events: Int16(truncatingIfNeeded: events), revents: 0),
            ]
            let milliseconds = max(0, (end - .now) / .milliseconds(1))
            let ready = poll(&interests, nfds_t(interests.count), Int32(milliseconds.rounded(.up)))
            guard ready != 0 else { throw PostgresFailure(message: "timeout while connecting") }
            guard interests[0].revents == 0 else { throw PostgresFailure(message: "stopped while connecting") }
            switch PQconnectPoll(handle) {
            case PGRES_POLLING_READING: events = POLLIN
            case PGRES_POLLING_WRITING: events = POLLOUT
            case PGRES_POLLING_OK: return
            default: throw lastFailure
            }
        }
    }

    deinit {
        PQfinish(handle)
    }

    /// Runs one statement and waits for it. Values come in binary format.
    func run(_ sql: String) throws(PostgresFailure) -> PostgresResult {
        guard let answer = PQexecParams(handle, sql, 0, nil, nil, nil, nil, 1) else { throw lastFailure }
        let result = PostgresResult(owning: answer)
        if let failure = result.failure { throw failure }
        return result
    }

    /// The same for a statement whose answer says nothing.
    func execute(_ sql: String) throws(PostgresFailure) {
        _ = try run(sql)
    }

    /// All of it or nothing.
    func transaction<Value>(_ body: () throws(PostgresFailure) -> Value) throws(PostgresFailure) -> Value {
        try execute("BEGIN")
        let value: Value
        do throws(PostgresFailure) {
            value = try body()
            try execute("COMMIT")
        } catch {
            // Where the connection is gone, so is the transaction.
            try? execute("ROLLBACK")
            throw error
        }
        return value
    }

    /// What stops the statement that runs, from another thread. (Never used on a lane: there a commit could be cut short.)
    var canceller: Canceller? { PQgetCancel(handle).map(Canceller.init(owning:)) }

    /// The one owner of a PGcancel.
    ///
    /// @unchecked Sendable: libpq's documentation allows PQcancel from any thread, and nothing else is done with it.
    final class Canceller: @unchecked Sendable {
        private let handle: OpaquePointer

        init(owning handle: OpaquePointer) {
            self.handle = handle
        }

        deinit {
            PQfreeCancel(handle)
        }

        func cancel() {
            var complaint = [CChar](repeating: 0, count: 256)
            _ = PQcancel(handle, &complaint, Int32(complaint.count))
        }
    }

    private var lastFailure: PostgresFailure {
        let message = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
        return PostgresFailure(message: message.split(separator: "\n").first.map(String.init) ?? "connection lost")
    }
}
