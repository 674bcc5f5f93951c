import Testing

@testable import ChatStore

@Suite("What is known of a transaction from its answers")
struct PostgreSQLTransactionProgressTests {
    private let deadlock = PostgresFailure(sqlState: "40P01", message: "deadlock detected")
    private let shutdown = PostgresFailure(sqlState: "57P01", endsConnection: true, message: "terminating")
    private let lost = PostgresFailure(message: "connection lost")

    @Test("Committed only by the answer to COMMIT")
    func committed() {
        var progress = TransactionProgress()
        progress.received(.success)
        progress.willCommit(after: 2)
        progress.received(.success)
        #expect(progress.phase == .committing(statementsBefore: 1))
        progress.received(.success)
        #expect(progress.phase == .committing(statementsBefore: 0))
        progress.received(.commit(warned: false))
        #expect(progress.phase == .committed)
        progress.lost(lost)
        #expect(progress.phase == .committed)
    }

    @Test("A failure before COMMIT's turn rolls back, whatever comes behind it")
    func rolledBack() {
        for failure in [deadlock, shutdown] {
            var open = TransactionProgress()
            open.received(.failure(failure))
            #expect(open.phase == .rolledBack(failure))
            var sent = TransactionProgress()
            sent.willCommit(after: 2)
            sent.received(.success)
            sent.received(.failure(failure))
            sent.received(.passedOver)
            sent.lost(lost)
            #expect(sent.phase == .rolledBack(failure))
        }
    }

    @Test("A connection lost behind COMMIT leaves it in doubt; before it, nothing was written")
    func connectionLost() {
        var open = TransactionProgress()
        open.received(.success)
        open.lost(lost)
        #expect(open.phase == .rolledBack(lost))
        for before in 0...2 {
            var sent = TransactionProgress()
            sent.willCommit(after: before)
            sent.lost(lost)
            #expect(sent.phase == .inDoubt(lost))
            // libpq makes a result of it for whichever statement was next.
            var told = TransactionProgress()
            told.willCommit(after: before)
            told.received(.failure(lost))
            told.received(.passedOver)
            #expect(told.phase == .inDoubt(lost))
        }
    }

    @Test("COMMIT's own failure: an ERROR rolled back, a FATAL one is in doubt")
    func commitFails() {
        var refused = TransactionProgress()
        refused.willCommit(after: 0)
        refused.received(.failure(deadlock))
        #expect(refused.phase == .rolledBack(deadlock))
        var ended = TransactionProgress()
        ended.willCommit(after: 0)
        ended.received(.failure(shutdown))
        #expect(ended.phase == .inDoubt(shutdown))
    }

    @Test("A warning with the commit (01000: a standby was not waited for) is in doubt, a rollback's tag a failure")
    func warned() {
        var warned = TransactionProgress()
        warned.willCommit(after: 0)
        warned.received(.commit(warned: true))
        guard case .inDoubt = warned.phase else {
            Issue.record("\(warned.phase)")
            return
        }
        var tagged = TransactionProgress()
        tagged.willCommit(after: 0)
        tagged.received(.success)
        guard case .rolledBack = tagged.phase else {
            Issue.record("\(tagged.phase)")
            return
        }
    }

    @Test(
        "What can be done about an error follows from its SQLSTATE",
        arguments: [
            ("40001", PostgresFailure.Remedy.repeatTransaction), ("40P01", .repeatTransaction),
            ("23505", .repeatTransaction), ("25006", .waitForDatabase), ("53100", .waitForDatabase),
            ("57014", .waitForDatabase), ("57P01", .waitForDatabase), ("55P03", .waitForDatabase),
            ("", .waitForDatabase), ("22021", .refuseRow), ("22P02", .refuseRow), ("23514", .refuseRow),
            ("54000", .refuseRow), ("42P01", .giveUp), ("XX000", .giveUp),
        ])
    func remedies(_ state: String, _ remedy: PostgresFailure.Remedy) {
        #expect(PostgresFailure(sqlState: state, message: "").remedy == remedy)
    }
}
