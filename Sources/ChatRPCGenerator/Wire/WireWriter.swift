/// Writes the fields of one encoded message.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func varint(_ number: Int, _ value: UInt64) {
        append(UInt64(number) << 3)
        append(value)
    }

    mutating func int32(_ number: Int, _ value: Int32) {
        varint(number, UInt64(bitPattern: Int64(value)))
    }

    mutating func bool(_ number: Int, _ value: Bool) {
        varint(number, value ? 1 : 0)
    }

    mutating func bytes(_ number: Int, _ value: some Collection<UInt8>) {
        append(UInt64(number) << 3 | 2)
        append(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func string(_ number: Int, _ value: String) {
        bytes(number, Array(value.utf8))
    }

    mutating func message(_ number: Int, _ write: (inout WireWriter) -> Void) {
        var inner = WireWriter()
        write(&inner)
        bytes(number, inner.bytes)
    }

    /// Fields that are encoded already.
    mutating func raw(_ fields: some Collection<UInt8>) {
        bytes.append(contentsOf: fields)
    }

    private mutating func append(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
