internal import Synchronization

/// How many arenas there are, in debug builds: tests look whether any are left behind. Release builds don't count.
package enum LiveArenas {
    #if DEBUG
        private static let counter = Atomic<Int>(0)

        package static var count: Int { counter.load(ordering: .relaxed) }
    #endif

    static func add() {
        #if DEBUG
            counter.add(1, ordering: .relaxed)
        #endif
    }

    static func subtract() {
        #if DEBUG
            counter.subtract(1, ordering: .relaxed)
        #endif
    }
}
