package import Synchronization

/// A value behind a lock: `Mutex`, with what the thread sanitizer needs to understand it.
///
/// On Linux `Mutex` locks inside the standard library, which is not instrumented: the sanitizer would report every access to
/// what it guards. In builds for it (`scripts/sanitize thread` defines the condition) an atomic counter beside the
/// lock tells it which access came after which; other builds have the lock and nothing else.
package struct Guarded<Value: ~Copyable>: ~Copyable, Sendable {
    @usableFromInline package let mutex: Mutex<Value>
    #if THREAD_SANITIZER
        @usableFromInline package let turns = Atomic<Int>(0)
    #endif

    @inlinable
    package init(_ value: consuming sending Value) {
        mutex = Mutex(value)
    }

    /// Inlinable: as a generic function of another module it would look its types up at each call.
    @inlinable
    package borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        #if THREAD_SANITIZER
            return try mutex.withLock { value throws(Failure) in
                _ = turns.load(ordering: .acquiring)
                defer { turns.add(1, ordering: .releasing) }
                return try body(&value)
            }
        #else
            return try mutex.withLock(body)
        #endif
    }
}
