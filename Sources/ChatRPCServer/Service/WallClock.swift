import ChatStore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The time of day, for timestamps that people see and for ids; never for order.
enum WallClock {
    /// Microseconds since 1970-01-01T00:00:00Z.
    static func microseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }
}

extension UUID {
    /// A new id of version 7, of now.
    static func mint() -> UUID {
        var generator = SystemRandomNumberGenerator()
        return .version7(millisecondsSince1970: UInt64(WallClock.microseconds() / 1000), using: &generator)
    }
}
