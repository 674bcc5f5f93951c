internal import Synchronization

/// How many calls there are of one side, in debug builds: tests look whether any are left behind. Release builds don't count.
///
/// A task that runs a handler holds its stream, so that a handler that never ends is seen here, too.
package final class LiveCalls: Sendable {
    package static let server = LiveCalls()
    package static let client = LiveCalls()

    #if DEBUG
        private let counter = Atomic<Int>(0)

        package var count: Int { counter.load(ordering: .relaxed) }
    #endif

    func add() {
        #if DEBUG
            counter.add(1, ordering: .relaxed)
        #endif
    }

    func subtract() {
        #if DEBUG
            counter.subtract(1, ordering: .relaxed)
        #endif
    }
}
