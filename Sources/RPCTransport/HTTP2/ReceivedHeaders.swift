/// The header block that is arriving on a connection, copied out of the decoder's tables.
///
/// Blocks never interleave (RFC 9113, section 4.3), so a connection needs only one of these and uses it again and again.
/// Fields past a limit are counted but not kept.
struct ReceivedHeaders {
    /// Where one field lies in `bytes`: the name, then the value.
    struct Field {
        var start: Int
        var nameCount: Int
        var valueCount: Int
    }

    /// One field, valid only as long as the closure that it is given to.
    struct FieldBytes {
        var name: UnsafeRawBufferPointer
        var value: UnsafeRawBufferPointer
    }

    private(set) var bytes: [UInt8] = []
    private(set) var fields: [Field] = []
    /// Names, values and 32 for each field, those that were not kept included.
    private(set) var listBytes = 0
    private(set) var listFields = 0

    private let maximumBytes: Int
    private let maximumFields: Int

    init(maximumBytes: Int, maximumFields: Int) {
        self.maximumBytes = maximumBytes
        self.maximumFields = maximumFields
    }

    var isOverLimit: Bool { listBytes > maximumBytes || listFields > maximumFields }

    /// Whether the peer has gone so far beyond the limit that its block isn't worth decoding to the end.
    var isAbuse: Bool { listBytes > maximumBytes &* 8 || listFields > maximumFields &* 8 }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        listBytes = 0
        listFields = 0
    }

    mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        listBytes += name.count + value.count + 32
        listFields += 1
        if isOverLimit { return }
        fields.append(Field(start: bytes.count, nameCount: name.count, valueCount: value.count))
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: value)
    }

    func forEach(_ body: (FieldBytes) -> Void) {
        bytes.withUnsafeBytes { all in
            for field in fields {
                let middle = field.start + field.nameCount
                body(
                    FieldBytes(
                        name: UnsafeRawBufferPointer(rebasing: all[field.start..<middle]),
                        value: UnsafeRawBufferPointer(rebasing: all[middle..<(middle + field.valueCount)])))
            }
        }
    }
}
