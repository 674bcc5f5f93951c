#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The header block that is arriving on a connection, copied out of the decoder's tables.
///
/// Blocks never interleave (RFC 9113, section 4.3), so a connection needs only one of these and uses it again and again.
/// Fields past a limit are counted but not kept.
final class ReceivedHeaders {
    /// Where one field lies in the bytes: the name, then the value.
    private struct Field {
        var start: Int
        var nameCount: Int
        var valueCount: Int
    }

    /// One field, valid only as long as the closure that it is given to.
    struct FieldBytes {
        var name: UnsafeRawBufferPointer
        var value: UnsafeRawBufferPointer
    }

    // Touched for every field: no access is held while another can come, so the check at run time is left out.

    /// Names, values and 32 for each field, those that were not kept included.
    @exclusivity(unchecked) private(set) var listBytes = 0
    @exclusivity(unchecked) private(set) var listFields = 0
    /// Fields that are kept.
    @exclusivity(unchecked) private(set) var count = 0

    // Plain memory, since every field of every request passes through it. It grows up to the limits.
    @exclusivity(unchecked) private var bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1_024, alignment: 8)
    @exclusivity(unchecked) private var usedBytes = 0
    @exclusivity(unchecked) private var fields = UnsafeMutableBufferPointer<Field>.allocate(capacity: 24)

    private let maximumBytes: Int
    private let maximumFields: Int

    init(maximumBytes: Int, maximumFields: Int) {
        self.maximumBytes = maximumBytes
        self.maximumFields = maximumFields
    }

    deinit {
        bytes.deallocate()
        fields.deallocate()
    }

    var isOverLimit: Bool { listBytes > maximumBytes || listFields > maximumFields }

    func removeAll() {
        listBytes = 0
        listFields = 0
        count = 0
        usedBytes = 0
    }

    /// Takes one field. Returns whether the peer has gone so far beyond the limit that its block isn't worth decoding to the
    /// end.
    @discardableResult
    func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Bool {
        listBytes += name.count + value.count + 32
        listFields += 1
        if isOverLimit { return listBytes > maximumBytes &* 8 || listFields > maximumFields &* 8 }
        let end = usedBytes + name.count + value.count
        if end > bytes.count { growBytes(to: end) }
        if count == fields.count { growFields() }
        let target = UnsafeMutableRawBufferPointer(rebasing: bytes[usedBytes..<end])
        target.copyMemory(from: name)
        UnsafeMutableRawBufferPointer(rebasing: target[name.count...]).copyMemory(from: value)
        fields[count] = Field(start: usedBytes, nameCount: name.count, valueCount: value.count)
        count += 1
        usedBytes = end
        return false
    }

    /// Whether this block is, byte for byte, the one that `copy` was made of.
    func isEqual(to copy: [UInt8]) -> Bool {
        let layout = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(fields)[..<layoutBytes])
        let content = UnsafeRawBufferPointer(rebasing: bytes[..<usedBytes])
        guard copy.count == layout.count + content.count, !copy.isEmpty else { return false }
        return copy.withUnsafeBytes { copy in
            memcmp(copy.baseAddress!, layout.baseAddress!, layout.count) == 0
                && memcmp(copy.baseAddress! + layout.count, content.baseAddress!, content.count) == 0
        }
    }

    func copy(into copy: inout [UInt8]) {
        copy.removeAll(keepingCapacity: true)
        copy.append(contentsOf: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(fields)[..<layoutBytes]))
        copy.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[..<usedBytes]))
    }

    private var layoutBytes: Int { count * MemoryLayout<Field>.stride }

    private func growBytes(to count: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, bytes.count * 2), alignment: 8)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<usedBytes]))
        bytes.deallocate()
        bytes = larger
    }

    private func growFields() {
        let larger = UnsafeMutableBufferPointer<Field>.allocate(capacity: fields.count * 2)
        _ = larger.update(fromContentsOf: fields)
        fields.deallocate()
        fields = larger
    }

    func forEach(_ body: (FieldBytes) -> Void) {
        let all = UnsafeRawBufferPointer(bytes)
        for index in 0..<count {
            let field = fields[index]
            let middle = field.start + field.nameCount
            body(
                FieldBytes(
                    name: UnsafeRawBufferPointer(rebasing: all[field.start..<middle]),
                    value: UnsafeRawBufferPointer(rebasing: all[middle..<(middle + field.valueCount)])))
        }
    }
}
