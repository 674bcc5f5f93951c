internal import NIOCore

/// Runs tasks on an event loop, so that a handler that was suspended resumes where its session lives.
///
/// NIO's own `EventLoop.executor` is a serial executor, which a task can't be told to prefer.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension EventLoopExecutor {
    /// Starts a task on the event loop that is running now. What it does before it first suspends happens here, before
    /// this returns, where the system has that.
    @inline(__always)
    func start(_ body: sending @escaping @isolated(any) () async -> Void) -> Task<Void, Never> {
        if #available(macOS 26.0, iOS 26.0, tvOS 26.0, watchOS 26.0, visionOS 26.0, *) {
            return Task.immediate(executorPreference: self, operation: body)
        }
        return Task(executorPreference: self, operation: body)
    }
}
