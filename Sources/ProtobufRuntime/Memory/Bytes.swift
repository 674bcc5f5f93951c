#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Comparing memory.
enum Bytes {
    static func areEqual(_ one: UnsafeRawPointer?, _ other: UnsafeRawPointer?, _ count: Int) -> Bool {
        guard count > 0, let one, let other else { return count == 0 }
        return one == other || memcmp(one, other, count) == 0
    }
}
