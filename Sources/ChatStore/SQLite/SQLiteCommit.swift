import GRDB
import GeneratedMessages

/// One commit of a group of jobs: one transaction, and then each caller's answer.
enum SQLiteCommit {
    private enum Answer {
        case append(Result<[AppendResult], StoreError>)
        case session(Result<Session, StoreError>)
        case message(Result<Message, StoreError>)
    }

    static func run(_ jobs: [WriteJob], on database: Database) {
        do {
            let answers = try SQLiteTransaction.write(database) { try write(jobs, on: database) }
            for (job, answer) in zip(jobs, answers) { give(answer, to: job) }
        } catch {
            let error = error as? StoreError ?? StoreError(.failed, cause: error)
            // Where one row can't be written, the transaction is undone, and each job has one of its own.
            if error.code == .rowRefused, jobs.count > 1 {
                for job in jobs { run([job], on: database) }
            } else {
                for job in jobs { job.fail(error) }
            }
        }
    }

    /// The answers in the order of the jobs. Appends that lie side by side are planned together.
    private static func write(_ jobs: [WriteJob], on database: Database) throws -> [Answer] {
        var answers: [Answer] = []
        answers.reserveCapacity(jobs.count)
        var appends: [Append] = []
        appends.reserveCapacity(jobs.count)
        let now = WallClock.unixMicroseconds
        func writeAppends() throws {
            guard !appends.isEmpty else { return }
            let outcomes = try SQLiteAppends.write(appends, at: now, on: database)
            for outcome in outcomes { answers.append(.append(outcome)) }
            appends.removeAll(keepingCapacity: true)
        }
        for job in jobs {
            switch job {
            case .append(let job): appends.append(job.append)
            case .session(let job):
                try writeAppends()
                answers.append(.session(try SQLiteSessionWrites.write(job, at: now, on: database)))
            case .message(let job):
                try writeAppends()
                answers.append(.message(try SQLiteMessageWrites.write(job, at: now, on: database)))
            }
        }
        try writeAppends()
        return answers
    }

    private static func give(_ answer: Answer, to job: WriteJob) {
        switch (answer, job) {
        case (.append(let result), .append(let job)): job.caller.resume(with: result.mapError { $0 })
        case (.session(let result), .session(let job)): job.caller.resume(with: result.mapError { $0 })
        case (.message(let result), .message(let job)): job.caller.resume(with: result.mapError { $0 })
        default: preconditionFailure("the answers are in the order of the jobs")
        }
    }
}
