// Map entries by their keys.

/// The key of a map entry: its number, or its bytes where they are.
struct EntryKey: Hashable {
    private let number: UInt64
    private let text: UnsafeRawBufferPointer?

    init(number: UInt64) {
        self.number = number
        self.text = nil
    }

    init(text: UnsafeRawBufferPointer) {
        self.number = 0
        self.text = text
    }

    static func == (one: EntryKey, other: EntryKey) -> Bool {
        guard let left = one.text, let right = other.text else { return one.number == other.number }
        return left.count == right.count && Bytes.areEqual(left.baseAddress, right.baseAddress, left.count)
    }

    func hash(into hasher: inout Hasher) {
        if let text { hasher.combine(bytes: text) } else { hasher.combine(number) }
    }
}

extension UnsafePointer where Pointee == MessageLayout {
    /// Of a layout of entries: the key of the entry at `message`. Good as long as its memory is.
    func key(of message: UnsafeMutableRawPointer) -> EntryKey {
        let field = pointee.fields[0]
        let address = message + Int(field.offset)
        if field.isBytes {
            let slot = address.load(as: ByteSlot.self)
            return EntryKey(text: UnsafeRawBufferPointer(start: slot.base, count: slot.count))
        }
        return EntryKey(
            number: field.stride == 8 ? address.load(as: UInt64.self) : UInt64(address.load(as: UInt32.self)))
    }

    /// Of a layout of entries: where each key stands last.
    func positionsByKey(_ entries: ArrayReference) -> [EntryKey: Int] {
        var positions: [EntryKey: Int] = [:]
        positions.reserveCapacity(entries.count)
        for position in 0..<entries.count { positions[key(of: entries.message(position))] = position }
        return positions
    }

    /// Drops every entry of the map that a later one with the same key replaces
    /// (https://protobuf.dev/programming-guides/proto3/#maps: the last one counts).
    func removeDuplicateKeys(ofMap index: Int, in message: UnsafeMutableRawPointer) {
        let field = pointee.fields[index]
        let entries = ArrayReference(field, in: message)
        guard entries.count > 1, let base = entries.base else { return }
        let entry = layout(ofMessageField: index)
        let positions = entry.positionsByKey(entries)
        guard positions.count < entries.count else { return }
        var kept = 0
        for position in 0..<entries.count {
            let candidate = entries.message(position)
            guard positions[entry.key(of: candidate)] == position else { continue }
            base.storeBytes(of: candidate, toByteOffset: kept * 8, as: UnsafeMutableRawPointer.self)
            kept += 1
        }
        (message + Int(field.quantifier)).storeBytes(of: kept, as: Int.self)
    }
}
