#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The time of day, for timestamps that people see and for ids; never for order.
package enum WallClock {
    /// Microseconds since 1970-01-01T00:00:00Z.
    package static var unixMicroseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
