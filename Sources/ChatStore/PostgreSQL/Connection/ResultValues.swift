/// Typed values of a result in binary format, as the send functions of PostgreSQL write them. A value of another length
/// means a column that is not as we made it, which is an error, not a trap.
extension PostgresResult {
    func int64(_ row: Int, _ column: Int) throws(StoreError) -> Int64 {
        guard let value = try optionalInt64(row, column) else { throw mistyped(column) }
        return value
    }

    func optionalInt64(_ row: Int, _ column: Int) throws(StoreError) -> Int64? {
        guard let bytes = bytes(row, column) else { return nil }
        guard bytes.count == 8 else { throw mistyped(column) }
        return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
    }

    func int16(_ row: Int, _ column: Int) throws(StoreError) -> Int16 {
        guard let bytes = bytes(row, column), bytes.count == 2 else { throw mistyped(column) }
        return Int16(bigEndian: bytes.loadUnaligned(as: Int16.self))
    }

    func int32(_ row: Int, _ column: Int) throws(StoreError) -> Int32 {
        guard let bytes = bytes(row, column), bytes.count == 4 else { throw mistyped(column) }
        return Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))
    }

    func bool(_ row: Int, _ column: Int) throws(StoreError) -> Bool {
        guard let bytes = bytes(row, column), bytes.count == 1 else { throw mistyped(column) }
        return bytes[0] != 0
    }

    func uuid(_ row: Int, _ column: Int) throws(StoreError) -> UUID {
        guard let bytes = bytes(row, column), bytes.count == 16 else { throw mistyped(column) }
        return UUID(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    func string(_ row: Int, _ column: Int) -> String? {
        bytes(row, column).map { String(decoding: $0, as: UTF8.self) }
    }

    func digest(_ row: Int, _ column: Int) throws(StoreError) -> MessageDigest? {
        guard let bytes = bytes(row, column) else { return nil }
        guard let digest = MessageDigest(bytes.bytes) else { throw mistyped(column) }
        return digest
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    func time(_ row: Int, _ column: Int) throws(StoreError) -> Int64 {
        PostgresEpoch.unixMicroseconds(try int64(row, column))
    }

    func optionalTime(_ row: Int, _ column: Int) throws(StoreError) -> Int64? {
        try optionalInt64(row, column).map(PostgresEpoch.unixMicroseconds)
    }

    private func mistyped(_ column: Int) -> StoreError {
        StoreError(.failed, "column \(column) of a result has another type than this server's tables")
    }
}

/// A timestamptz counts microseconds from 2000-01-01T00:00:00Z.
enum PostgresEpoch {
    private static let microsecondsAfterUnixEpoch: Int64 = 946_684_800_000_000

    static func unixMicroseconds(_ value: Int64) -> Int64 { value &+ microsecondsAfterUnixEpoch }

    static func value(ofUnixMicroseconds time: Int64) -> Int64 { time &- microsecondsAfterUnixEpoch }
}
