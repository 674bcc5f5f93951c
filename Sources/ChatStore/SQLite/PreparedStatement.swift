import GRDB
import GRDBSQLite
import ProtobufRuntime

/// A statement of one connection, prepared once: values go in and out as bytes, without Swift strings.
///
/// The only file that calls SQLite's C functions on rows. GRDB owns the statement, and keeps it as long as the
/// connection is open; like the connection, it is used on the connection's queue only.
struct PreparedStatement {
    private let owner: Statement
    private let handle: OpaquePointer
    private let connection: OpaquePointer?

    init(_ database: Database, _ sql: String) throws {
        owner = try database.cachedStatement(sql: sql)
        handle = owner.sqliteStatement
        connection = database.sqliteConnection
    }

    // MARK: Running

    /// Goes to the next row; false behind the last one.
    func step() throws(SQLiteFailure) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw SQLiteFailure(of: connection)
        }
    }

    /// Runs a statement that has no rows, and resets it.
    func run() throws(SQLiteFailure) {
        defer { reset() }
        _ = try step()
    }

    /// Ends the statement, so that it holds no lock and can be run again.
    func reset() {
        sqlite3_reset(handle)
    }

    // MARK: Parameters, from 1

    func bind(_ value: Int64?, at place: Int32) {
        if let value {
            sqlite3_bind_int64(handle, place, value)
        } else {
            sqlite3_bind_null(handle, place)
        }
    }

    func bind(_ id: UUID, at place: Int32) {
        bindBlob((id.high.bigEndian, id.low.bigEndian), at: place)
    }

    func bind(_ digest: MessageDigest, at place: Int32) {
        let words = digest.words
        bindBlob((words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian), at: place)
    }

    /// A text that is UTF-8. SQLite copies it.
    func bind(_ text: FieldBytes?, at place: Int32) {
        guard let text else {
            sqlite3_bind_null(handle, place)
            return
        }
        text.withSpan { bind($0, at: place) }
    }

    func bind(_ text: RawSpan, at place: Int32) {
        text.withUnsafeBytes { bytes in
            // Without an address SQLite would take an empty text for NULL.
            let address = bytes.baseAddress ?? UnsafeRawPointer(PreparedStatement.empty.utf8Start)
            bindText(address, bytes.count, at: place, PreparedStatement.copied)
        }
    }

    func bind(_ text: StaticString, at place: Int32) {
        bindText(text.utf8Start, text.utf8CodeUnitCount, at: place, nil)
    }

    func bind(_ text: String?, at place: Int32) {
        guard var text else {
            sqlite3_bind_null(handle, place)
            return
        }
        text.withUTF8 { bind(UnsafeRawBufferPointer($0).bytes, at: place) }
    }

    private func bindText(
        _ address: UnsafeRawPointer, _ count: Int, at place: Int32, _ ownership: sqlite3_destructor_type?
    ) {
        // Fails for texts of over a gigabyte only; the statement then has NULL there, which NOT NULL refuses.
        sqlite3_bind_text64(
            handle, place, address.assumingMemoryBound(to: CChar.self), UInt64(count), ownership, UInt8(SQLITE_UTF8))
    }

    private func bindBlob<Words>(_ words: Words, at place: Int32) {
        _ = withUnsafeBytes(of: words) { bytes in
            sqlite3_bind_blob(handle, place, bytes.baseAddress, Int32(bytes.count), PreparedStatement.copied)
        }
    }

    private static let empty: StaticString = ""
    /// SQLITE_TRANSIENT, which Swift does not import: SQLite copies the bytes before the call returns.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    // MARK: Columns, from 0

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    func int64(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func optionalInt64(_ column: Int32) -> Int64? {
        isNull(column) ? nil : int64(column)
    }

    /// How many bytes a text has; 0 for NULL.
    func byteCount(_ column: Int32) -> Int {
        Int(sqlite3_column_bytes(handle, column))
    }

    /// A text's bytes, until the statement goes on; nothing is called for NULL.
    func withText(_ column: Int32, _ body: (RawSpan) -> Void) {
        guard !isNull(column) else { return }
        // column_blob gives a text's bytes as they are stored; column_text would copy them to end them with a NUL.
        let start = sqlite3_column_blob(handle, column)
        body(UnsafeRawBufferPointer(start: start, count: byteCount(column)).bytes)
    }

    func string(_ column: Int32) -> String? {
        var string: String?
        withText(column) { text in string = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
        return string
    }

    /// The table's CHECK sees to its size, as to that of a digest.
    func uuid(_ column: Int32) -> UUID {
        guard let blob = blob(column), blob.count == 16 else { return UUID(high: 0, low: 0) }
        return UUID(
            high: UInt64(bigEndian: blob.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: blob.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    func digest(_ column: Int32) -> MessageDigest? {
        blob(column).flatMap { MessageDigest($0.bytes) }
    }

    private func blob(_ column: Int32) -> UnsafeRawBufferPointer? {
        guard let start = sqlite3_column_blob(handle, column) else { return nil }
        return UnsafeRawBufferPointer(start: start, count: byteCount(column))
    }
}
