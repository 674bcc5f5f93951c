import ChatStore
import RPCTransport

/// The cursor of ListChanges, as text: a version, then the fields, in base64 for URLs. Nobody but us reads it.
enum CursorToken {
    private static let version: UInt8 = 1
    private static let byteCount = 1 + 2 * 16 + 4 * 8

    static func make(_ cursor: ChangeCursor) -> String {
        var bytes: [UInt8] = [version]
        bytes.reserveCapacity(byteCount)
        let words = [
            cursor.storeID.high, cursor.storeID.low, cursor.sessionID.high, cursor.sessionID.low,
            UInt64(bitPattern: cursor.resetEpoch), UInt64(bitPattern: cursor.seq), UInt64(bitPattern: cursor.revision),
            UInt64(bitPattern: cursor.sessionRevision),
        ]
        for word in words { withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) } }
        let text = Base64.encode(bytes).map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for a text that is no cursor.
    static func parse(_ text: String) -> ChangeCursor? {
        guard text.utf8.count <= byteCount * 2, let bytes = Base64.decode(Array(text.utf8)), bytes.count == byteCount,
            bytes[0] == version
        else { return nil }
        func word(_ number: Int) -> UInt64 {
            bytes[(1 + 8 * number)...].prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
        func count(_ number: Int) -> Int64 { Int64(bitPattern: word(number)) }
        let cursor = ChangeCursor(
            storeID: UUID(high: word(0), low: word(1)), sessionID: UUID(high: word(2), low: word(3)),
            resetEpoch: count(4), seq: count(5), revision: count(6), sessionRevision: count(7))
        guard cursor.resetEpoch >= 0, cursor.seq >= 0, cursor.revision >= 0, cursor.sessionRevision >= -1 else {
            return nil
        }
        return cursor
    }
}
