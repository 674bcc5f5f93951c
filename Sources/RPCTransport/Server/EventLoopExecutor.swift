internal import NIOCore

/// Runs tasks on an event loop, so that a handler that was suspended resumes where its session lives.
///
/// NIO's own `EventLoop.executor` is a serial executor, which a task can't be told to prefer.
///
/// @unchecked Sendable: the flag is touched on the event loop only.
final class EventLoopExecutor: TaskExecutor, @unchecked Sendable {
    private let eventLoop: any EventLoop
    private var runsNextAtOnce = false

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        if eventLoop.inEventLoop, runsNextAtOnce {
            runsNextAtOnce = false
            return job.runSynchronously(on: asUnownedTaskExecutor())
        }
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Calls `body`, and runs the first job that it brings about before it returns, not in a later tick. Only on the event loop.
    func runningAtOnce(_ body: () -> Void) {
        runsNextAtOnce = true
        body()
        runsNextAtOnce = false
    }
}
