#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The thread of a lane.
///
/// It has to be joined: a thread that is still on its way out while the process exits frees what OpenSSL keeps per thread
/// (libpq's connections use it) at the same time as OpenSSL's own exit handler does.
///
/// @unchecked Sendable: a pthread_t is a name, a pointer on some systems, that nothing here looks into.
struct LaneThread: @unchecked Sendable {
    private let handle: pthread_t

    init(_ body: @escaping @Sendable () -> Void) {
        final class Body {
            let run: @Sendable () -> Void
            init(_ run: @escaping @Sendable () -> Void) { self.run = run }
        }
        let argument = Unmanaged.passRetained(Body(body)).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let failed = pthread_create(
                &thread, nil,
                { argument in
                    Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                    return nil
                }, argument)
            guard failed == 0, let thread else { preconditionFailure("no thread is left for a lane") }
        #else
            var thread = pthread_t()
            let failed = pthread_create(
                &thread, nil,
                { argument in
                    if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                    return nil
                }, argument)
            precondition(failed == 0, "no thread is left for a lane")
        #endif
        handle = thread
    }

    /// Waits until the thread is gone.
    func join() {
        pthread_join(handle, nil)
    }
}
