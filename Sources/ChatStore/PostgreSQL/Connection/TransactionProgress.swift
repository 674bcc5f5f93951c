/// How far a transaction is known to have come: open until COMMIT was sent, in doubt from then on until its answer.
/// A pure value: answers go in, the phase comes out.
struct TransactionProgress: Sendable, Hashable {
    enum Phase: Sendable, Hashable {
        /// COMMIT has not been sent: whatever fails now, nothing was written.
        case open
        /// COMMIT has been sent, and so many statements before it are unanswered.
        case committing(statementsBefore: Int)
        case committed
        /// Nothing was written.
        case rolledBack(PostgresFailure)
        /// It may have been written, or not.
        case inDoubt(PostgresFailure)
    }

    private(set) var phase = Phase.open

    /// What a statement was answered.
    enum Answer: Sendable, Hashable {
        case success
        case commit(warned: Bool)
        case passedOver
        case failure(PostgresFailure)
    }

    /// COMMIT goes out, behind that many unanswered statements.
    mutating func willCommit(after statements: Int) {
        phase = .committing(statementsBefore: statements)
    }

    /// The answer to the next statement of the transaction.
    mutating func received(_ answer: Answer) {
        switch (phase, answer) {
        case (_, .failure(let failure)) where failure.isOfConnection:
            // libpq's own word for the statement that was to be answered next, not the server's: nothing is known of it.
            lost(failure)
        case (.open, .failure(let failure)):
            phase = .rolledBack(failure)
        case (.committing(let before), .failure(let failure)) where before > 0:
            phase = .rolledBack(failure)
        case (.committing(let before), _) where before > 0:
            phase = .committing(statementsBefore: before - 1)
        case (.committing, .commit(warned: false)):
            phase = .committed
        case (.committing, .commit(warned: true)):
            // 01000: the wait for a synchronous standby was cancelled.
            phase = .inDoubt(PostgresFailure(message: "a warning came with the commit"))
        case (.committing, .failure(let failure)):
            // An ERROR is the answer of a server that rolled back. A FATAL one may have come behind the commit.
            phase = failure.endsConnection ? .inDoubt(failure) : .rolledBack(failure)
        case (.committing, _):
            phase = .rolledBack(PostgresFailure(message: "the commit was answered by a rollback"))
        default: break
        }
    }

    /// The connection is gone, and nothing more will be answered.
    mutating func lost(_ failure: PostgresFailure) {
        switch phase {
        case .open: phase = .rolledBack(failure)
        case .committing: phase = .inDoubt(failure)
        case .committed, .rolledBack, .inDoubt: break
        }
    }
}

extension TransactionProgress.Answer {
    init(_ result: borrowing PostgresResult, warned: Bool) {
        if result.isPassedOver {
            self = .passedOver
        } else if let failure = result.failure {
            self = .failure(failure)
        } else if result.isCommit {
            self = .commit(warned: warned)
        } else {
            self = .success
        }
    }
}
