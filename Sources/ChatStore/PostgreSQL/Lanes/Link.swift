import Logging

/// One connection of a lane through its life: connecting, being set up, serving exchanges in order, lost, and again
/// after a pause. Lives on its lane's thread.
final class Link {
    /// What a link has to know beside its lane.
    struct Environment: Sendable {
        var settings: ConnectionSettings
        var limits: PostgresConfiguration.Limits
        /// How many exchanges are on their way at once: 1 where each is a transaction of many steps.
        var depth: Int
        var logger: Logger
        /// Makes the exchange that a new connection begins with.
        var setUp: @Sendable () -> SetUp
        /// Told of what no retry can mend.
        var giveUp: @Sendable (any Error) -> Void
    }

    private enum Phase {
        case waiting(until: ContinuousClock.Instant)
        case connecting(PostgresConnection, PostgresConnection.Connecting, until: ContinuousClock.Instant)
        case settingUp(PostgresConnection, SetUp)
        case serving(PostgresConnection)
    }

    private let environment: Environment
    private var phase: Phase
    private var exchanges: [any Exchange] = []
    private var backoff: Backoff
    private var wantsToWrite = false
    private var lastHeard = ContinuousClock.now
    /// Called when the connection is gone, before those are told who wait for its answers.
    var onLoss: () -> Void = {}

    init(_ environment: Environment) {
        self.environment = environment
        phase = .waiting(until: .now)
        backoff = Backoff(
            firstMilliseconds: environment.limits.firstReconnectMilliseconds,
            longestMilliseconds: environment.limits.longestReconnectMilliseconds)
    }

    var isServing: Bool {
        if case .serving = phase { true } else { false }
    }

    var isIdle: Bool { exchanges.isEmpty }

    /// Whether another exchange may begin.
    var hasRoom: Bool { isServing && exchanges.count < environment.depth }

    var load: Int { exchanges.count }

    func begin(_ exchange: any Exchange) {
        guard case .serving(let connection) = phase else {
            return exchange.lost(PostgresFailure(message: "not connected"))
        }
        if exchanges.isEmpty { lastHeard = .now }
        exchanges.append(exchange)
        attempt { () throws(PostgresFailure) in
            try exchange.start(on: connection)
            wantsToWrite = try connection.flush()
        }
    }

    // MARK: Polling

    /// The socket to poll and for what; nil while there is none.
    var interest: (socket: Int32, reads: Bool, writes: Bool)? {
        switch phase {
        case .waiting: nil
        case .connecting(let connection, let step, _):
            switch step {
            case .waitingToWrite: (connection.socket, false, true)
            case .waitingToRead, .connected: (connection.socket, true, false)
            }
        case .settingUp(let connection, _), .serving(let connection): (connection.socket, true, wantsToWrite)
        }
    }

    /// When it has to be looked at even if its socket is silent.
    var nextLook: ContinuousClock.Instant? {
        switch phase {
        case .waiting(let until), .connecting(_, _, let until): until
        case .settingUp, .serving:
            exchanges.isEmpty ? nil : lastHeard + .seconds(environment.limits.answerTimeoutSeconds)
        }
    }

    /// The socket is ready, or the time has come.
    func look(socketIsReady: Bool) {
        switch phase {
        case .waiting(let until):
            if until <= .now { connect() }
        case .connecting(let connection, _, let until):
            if socketIsReady {
                goOnConnecting(connection, until: until)
            } else if until <= .now {
                lose(PostgresFailure(message: "no answer while connecting"))
            }
        case .settingUp(let connection, _), .serving(let connection):
            if socketIsReady {
                lastHeard = .now
                attempt { () throws(PostgresFailure) in try exchangeBytes(connection) }
            } else if !exchanges.isEmpty, let nextLook, nextLook <= .now {
                lose(PostgresFailure(message: "no answer"))
            }
        }
    }

    /// Ends the connection; what is under way is lost.
    func close() {
        lose(PostgresFailure(message: "shutting down"), quietly: true)
    }

    // MARK: Steps

    private func connect() {
        let until = ContinuousClock.now + .seconds(environment.limits.connectTimeoutSeconds)
        attempt { () throws(PostgresFailure) in
            let connection = try PostgresConnection(environment.settings)
            // By libpq's rule: before the first poll, wait as if it had said that it waits to write.
            phase = .connecting(connection, .waitingToWrite, until: until)
        }
    }

    private func goOnConnecting(_ connection: PostgresConnection, until: ContinuousClock.Instant) {
        attempt { () throws(PostgresFailure) in
            let step = try connection.goOnConnecting()
            guard case .connected = step else {
                phase = .connecting(connection, step, until: until)
                return
            }
            let setUp = environment.setUp()
            phase = .settingUp(connection, setUp)
            lastHeard = .now
            exchanges.append(setUp)
            try setUp.start(on: connection)
            wantsToWrite = try connection.flush()
        }
    }

    private func exchangeBytes(_ connection: PostgresConnection) throws(PostgresFailure) {
        var readFailure: PostgresFailure?
        do throws(PostgresFailure) { try connection.read() } catch { readFailure = error }
        try takeResults(connection)
        // Behind an ending connection there may still have been answers; they were taken first.
        if let readFailure { throw readFailure }
        if connection.isBroken { throw connection.lastFailure }
        wantsToWrite = try connection.flush()
    }

    private func takeResults(_ connection: PostgresConnection) throws(PostgresFailure) {
        while let result = connection.nextResult() {
            guard let exchange = exchanges.first else {
                throw PostgresFailure(message: "an answer that nobody asked for")
            }
            if result.isSync {
                guard try exchange.synced(on: connection) else { continue }
                exchanges.removeFirst()
                if case .settingUp(_, let setUp) = phase { finishSetUp(setUp, connection) }
            } else {
                try exchange.receive(result, on: connection)
            }
        }
    }

    private func finishSetUp(_ setUp: SetUp, _ connection: PostgresConnection) {
        switch setUp.outcome {
        case .ready:
            phase = .serving(connection)
            backoff.reset()
            environment.logger.debug("connected to PostgreSQL")
        case .notNow(let failure): lose(failure)
        case .never(let error):
            environment.giveUp(error)
            lose(PostgresFailure(message: error.message))
        }
    }

    private func attempt(_ body: () throws(PostgresFailure) -> Void) {
        do throws(PostgresFailure) { try body() } catch { lose(error) }
    }

    private func lose(_ failure: PostgresFailure, quietly: Bool = false) {
        var random = SystemRandomNumberGenerator()
        let pause = backoff.delay(using: &random)
        phase = .waiting(until: .now + pause)
        wantsToWrite = false
        onLoss()
        let lost = exchanges
        exchanges = []
        for exchange in lost { exchange.lost(failure) }
        guard !quietly else { return }
        environment.logger.warning(
            "no connection to PostgreSQL",
            metadata: ["reason": "\(failure.message)", "sqlstate": "\(failure.sqlState)", "retry_in": "\(pause)"])
    }
}
