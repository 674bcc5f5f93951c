internal import NIOCore

/// Runs the handlers of one event loop, in tasks that are kept: each serves one handler after the other, so that a handler that
/// does not suspend costs no task of its own.
///
/// @unchecked Sendable: touched on its event loop only, save for its end.
final class HandlerPool: @unchecked Sendable {
    /// Tasks that are kept for the next handlers. More are made while more handlers are suspended.
    private static let maximumIdleTasks = 64

    private let executor: EventLoopExecutor
    private var idle: [HandlerTask] = []

    init(_ eventLoop: any EventLoop) {
        executor = EventLoopExecutor(eventLoop)
    }

    deinit {
        for task in idle { task.retire() }
    }

    /// Starts a handler, which has to keep the pool alive. What it does before it first suspends happens here, before this returns.
    func start(_ handler: @escaping @Sendable () async -> Void) -> HandlerTask {
        if let task = idle.popLast() {
            executor.runningAtOnce { task.resume(handler) }
            return task
        }
        let task = HandlerTask(self, handler)
        if #available(macOS 26.0, iOS 26.0, tvOS 26.0, watchOS 26.0, visionOS 26.0, *) {
            task.task = Task.immediate(executorPreference: executor) { await task.serve() }
        } else {
            task.task = Task(executorPreference: executor) { await task.serve() }
        }
        return task
    }

    /// Takes a task for the next handlers; false if there are enough.
    fileprivate func keep(_ task: HandlerTask) -> Bool {
        guard idle.count < Self.maximumIdleTasks else { return false }
        idle.append(task)
        return true
    }
}

/// A task that runs handlers, one at a time.
///
/// @unchecked Sendable: touched on the event loop of its pool only, save for the pool's end, when nobody else has it.
final class HandlerTask: @unchecked Sendable {
    /// Alive as long as a handler runs, which is when it is asked for; a safe reference would be counted for each.
    private unowned(unsafe) let pool: HandlerPool
    private var handler: (@Sendable () async -> Void)?
    private var idling: UnsafeContinuation<Void, Never>?
    private var isRetired = false
    /// A task that was cancelled stays so.
    private var isCancelled = false
    fileprivate var task: Task<Void, Never>?

    fileprivate init(_ pool: HandlerPool, _ handler: @escaping @Sendable () async -> Void) {
        self.pool = pool
        self.handler = handler
    }

    /// Cancels the handler that it runs, and runs no other after it.
    func cancel() {
        isCancelled = true
        task?.cancel()
    }

    fileprivate func resume(_ handler: @escaping @Sendable () async -> Void) {
        self.handler = handler
        wake()
    }

    /// Ends the task, which has nothing to run.
    fileprivate func retire() {
        isRetired = true
        wake()
    }

    private func wake() {
        let continuation = idling
        idling = nil
        continuation?.resume()
    }

    /// The next handler that it is given; nil when there will be none.
    fileprivate func takeHandler() -> (@Sendable () async -> Void)? {
        defer { handler = nil }
        return handler
    }

    fileprivate func isKept(after handler: @escaping @Sendable () async -> Void) -> Bool {
        withExtendedLifetime(handler) { !isCancelled && pool.keep(self) }
    }

    fileprivate func idle(_ continuation: UnsafeContinuation<Void, Never>) {
        // The handler that has ended may have been the last to hold on to the pool.
        if isRetired { return continuation.resume() }
        idling = continuation
    }
}

extension HandlerTask {
    fileprivate func serve() async {
        while true {
            var isKept = false
            // Nothing of the handler is held once it has ended.
            do {
                guard let handler = takeHandler() else { return }
                await handler()
                isKept = self.isKept(after: handler)
            }
            guard isKept else { return }
            await withUnsafeContinuation { idle($0) }
        }
    }
}
