/// Bytes of a message put together by hand: also ones that no encoder would write.
struct WireBytes {
    private(set) var bytes: [UInt8] = []

    static func make(_ body: (inout WireBytes) -> Void) -> [UInt8] {
        var wire = WireBytes()
        body(&wire)
        return wire.bytes
    }

    mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    mutating func tag(_ number: Int, _ wireType: Int) { varint(UInt64(number << 3 | wireType)) }

    mutating func raw(_ more: [UInt8]) { bytes += more }

    mutating func number(_ number: Int, _ value: UInt64) {
        tag(number, 0)
        varint(value)
    }

    mutating func delimited(_ number: Int, _ payload: [UInt8]) {
        tag(number, 2)
        varint(UInt64(payload.count))
        bytes += payload
    }

    mutating func text(_ number: Int, _ text: String) { delimited(number, Array(text.utf8)) }

    mutating func message(_ number: Int, _ body: (inout WireBytes) -> Void) { delimited(number, Self.make(body)) }

    mutating func group(_ number: Int, _ body: (inout WireBytes) -> Void) {
        tag(number, 3)
        body(&self)
        tag(number, 4)
    }

    mutating func fixed32(_ number: Int, _ value: UInt32) {
        tag(number, 5)
        withUnsafeBytes(of: value.littleEndian) { bytes += Array($0) }
    }

    mutating func fixed64(_ number: Int, _ value: UInt64) {
        tag(number, 1)
        withUnsafeBytes(of: value.littleEndian) { bytes += Array($0) }
    }
}
