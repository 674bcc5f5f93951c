extension UnsafeRawBufferPointer {
    /// Whether the bytes are just that text: eight at a time, since this is asked for every field of every request.
    @inline(__always)
    func matches(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && hasPrefix(text)
    }

    @inline(__always)
    func hasPrefix(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count >= length, let base = baseAddress else { return length == 0 }
        let other = UnsafeRawPointer(text.utf8Start)
        var offset = 0
        while offset + 8 <= length {
            let one = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if one != other.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
            offset += 8
        }
        while offset < length {
            if base.load(fromByteOffset: offset, as: UInt8.self) != other.load(fromByteOffset: offset, as: UInt8.self) {
                return false
            }
            offset += 1
        }
        return true
    }
}
