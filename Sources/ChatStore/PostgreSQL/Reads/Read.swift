/// One statement that reads, and whoever awaits what it finds.
final class Read<Value: Sendable>: Exchange {
    private let statement: String
    private let bind: (ParameterBuffer) -> Void
    private let decode: (borrowing PostgresResult) throws(StoreError) -> Value
    private let retryAfter: Duration
    private let caller: Caller<Value>
    private var answer: Result<Value, StoreError>?
    private var isAnswered = false

    init(
        _ statement: String, bind: @escaping (ParameterBuffer) -> Void,
        decode: @escaping (borrowing PostgresResult) throws(StoreError) -> Value,
        retryAfter: Duration, caller: Caller<Value>
    ) {
        self.statement = statement
        self.bind = bind
        self.decode = decode
        self.retryAfter = retryAfter
        self.caller = caller
    }

    func start(on connection: PostgresConnection) throws(PostgresFailure) {
        try connection.execute(statement, bind)
        try connection.sync()
    }

    func receive(_ result: borrowing PostgresResult, on connection: PostgresConnection) {
        guard answer == nil else { return }
        if let failure = result.failure {
            answer = .failure(failure.storeError(retryAfter: retryAfter))
            return
        }
        do throws(StoreError) { answer = .success(try decode(result)) } catch { answer = .failure(error) }
    }

    func synced(on connection: PostgresConnection) -> Bool {
        finish(answer ?? .failure(StoreError(.failed, "no answer")))
        return true
    }

    func lost(_ failure: PostgresFailure) {
        finish(
            answer ?? .failure(StoreError(.unavailable, failure.message, retryAfter: retryAfter, cause: failure)))
    }

    private func finish(_ answer: Result<Value, StoreError>) {
        guard !isAnswered else { return }
        isAnswered = true
        caller.resume(with: answer.mapError { $0 })
    }
}
