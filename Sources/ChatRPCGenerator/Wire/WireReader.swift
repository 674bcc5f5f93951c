/// Reads the fields of one encoded message, in the order in which they stand (protobuf encoding guide).
///
/// The generator reads descriptors with it, so that it needs neither another protobuf library nor its own output.
struct WireReader {
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes(ArraySlice<UInt8>)
    }

    struct Field {
        let number: Int
        let value: Value
        /// Tag and value as they were read.
        let raw: ArraySlice<UInt8>
    }

    private var rest: ArraySlice<UInt8>

    private init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The fields of a message.
    static func fields(of bytes: ArraySlice<UInt8>) throws(GeneratorError) -> [Field] {
        var reader = WireReader(bytes)
        var fields: [Field] = []
        while let field = try reader.next() { fields.append(field) }
        return fields
    }

    /// The numbers of a packed list of varints.
    static func packedVarints(_ bytes: ArraySlice<UInt8>) throws(GeneratorError) -> [UInt64] {
        var reader = WireReader(bytes)
        var numbers: [UInt64] = []
        while !reader.rest.isEmpty { numbers.append(try reader.varint()) }
        return numbers
    }

    private mutating func next() throws(GeneratorError) -> Field? {
        guard !rest.isEmpty else { return nil }
        let start = rest
        let tag = try varint()
        let value: Value
        switch tag & 7 {
        case 0: value = .varint(try varint())
        case 1: value = .fixed64(try littleEndian(bytes: 8))
        case 2: value = .bytes(try take(Int(clamping: try varint())))
        case 5: value = .fixed32(UInt32(truncatingIfNeeded: try littleEndian(bytes: 4)))
        default: throw GeneratorError("the request has a field of wire type \(tag & 7)")
        }
        return Field(
            number: Int(truncatingIfNeeded: tag >> 3), value: value,
            raw: start[start.startIndex..<rest.startIndex])
    }

    private mutating func varint() throws(GeneratorError) -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw GeneratorError("the request ends within a number") }
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return result }
        }
        throw GeneratorError("the request has a number of more than ten bytes")
    }

    private mutating func littleEndian(bytes count: Int) throws(GeneratorError) -> UInt64 {
        try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func take(_ count: Int) throws(GeneratorError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw GeneratorError("the request ends within a field") }
        let taken = rest.prefix(count)
        rest = rest.dropFirst(count)
        return taken
    }
}

extension WireReader.Field {
    /// The number in a varint field; 0 for any other.
    var number64: UInt64 {
        if case .varint(let number) = value { number } else { 0 }
    }

    var int32: Int32 { Int32(truncatingIfNeeded: number64) }

    var bool: Bool { number64 != 0 }

    /// The content of a length-delimited field; empty for any other.
    var bytes: ArraySlice<UInt8> {
        if case .bytes(let bytes) = value { bytes } else { [] }
    }

    var string: String { String(decoding: bytes, as: UTF8.self) }
}
