import GeneratedMessages
import Logging
import Synchronization

extension PostgresChatStore {
    /// Connects the lanes, and keeps them connected, until the task is cancelled. Meanwhile the database may come and
    /// go: calls fail as unavailable while it is away. Throws ``PostgresConfigurationError`` for a database that can't
    /// be used whenever it is there. Runs once.
    public func run() async throws {
        let failure = Mutex<(any Error)?>(nil)
        let giveUp: @Sendable (any Error) -> Void = { error in
            failure.withLock { $0 = $0 ?? error }
            self.stop()
        }
        try await migrate()
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                for lane in appendLanes {
                    group.addTask { await self.serve(lane, self.appending(giveUp), links: 1) }
                }
                group.addTask {
                    let links = max(1, self.configuration.readConnections)
                    await self.serve(self.readLane, self.reading(giveUp), links: links)
                }
            }
        } onCancel: {
            stop()
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    /// What the tables lack is done before anything is served.
    private func migrate() async throws {
        let logger = logger
        let run = MigrationRun(configuration) { step in
            logger.notice("migrating the database", metadata: ["step": "\(step)"])
        } failed: { failure, pause in
            logger.warning(
                "no connection to PostgreSQL",
                metadata: ["reason": "\(failure.message)", "sqlstate": "\(failure.sqlState)", "retry_in": "\(pause)"])
            return true
        }
        _ = try await run.perform { try $0.migrate() }
    }

    private func stop() {
        for lane in appendLanes + [readLane] { lane.stop() }
    }

    /// Runs a lane's thread to its end.
    private func serve(
        _ lane: Lane, _ environment: Link.Environment, links: Int
    ) async {
        var thread: LaneThread?
        await withCheckedContinuation { ended in
            thread = LaneThread {
                let links = (0..<links).map { _ in Link(environment) }
                LaneLoop(lane: lane, links: links, limits: environment.limits).run()
                ended.resume()
            }
        }
        // It has nothing left to do but to go.
        thread?.join()
    }

    private func appending(_ giveUp: @escaping @Sendable (any Error) -> Void) -> Link.Environment {
        environment(
            depth: 1, statements: AppendStatements(Tables(schema: configuration.schema)).all, giveUp)
    }

    private func reading(_ giveUp: @escaping @Sendable (any Error) -> Void) -> Link.Environment {
        environment(
            depth: max(1, configuration.limits.readPipelineDepth),
            statements: ReadStatements(Tables(schema: configuration.schema)).all, giveUp)
    }

    private func environment(
        depth: Int, statements: [NamedStatement], _ giveUp: @escaping @Sendable (any Error) -> Void
    ) -> Link.Environment {
        Link.Environment(
            settings: configuration.settings, limits: configuration.limits, depth: depth, logger: logger,
            setUp: { [configuration] in SetUp(configuration, statements: statements) }, giveUp: giveUp)
    }
}

// MARK: - Calls

extension PostgresChatStore {
    /// Runs one statement that reads.
    func read<Value: Sendable>(
        _ statement: String, bind: @escaping @Sendable (ParameterBuffer) -> Void,
        decode: @escaping @Sendable (borrowing PostgresResult) throws(StoreError) -> Value
    ) async throws -> Value {
        let retryAfter = configuration.limits.retryAfter
        return try await Caller.wait { caller in
            let refusal = readLane.submit(
                .exchange({ caller.isGone }) {
                    Read(statement, bind: bind, decode: decode, retryAfter: retryAfter, caller: caller)
                })
            if let refusal { caller.resume(throwing: refusal) }
        }
    }

    /// Runs a transaction on one session's row, in order with the appends to it.
    func transact<Work: SessionWork & Sendable>(_ work: Work) async throws -> Work.Answer {
        let limits = configuration.limits
        return try await Caller.wait { caller in
            let refusal = lane(of: work.sessionID).submit(
                .exchange({ caller.isGone }) {
                    SessionTransaction(work, limits: limits, caller: caller)
                })
            if let refusal { caller.resume(throwing: refusal) }
        }
    }
}
