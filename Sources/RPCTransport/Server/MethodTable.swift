internal import RPCCore

/// One method that is served.
final class MethodEntry: Sendable {
    let path: String
    let kind: MethodKind
    /// Decodes what has come, calls the handler, and sees to its answer. Called on the stream's event loop.
    let start: @Sendable (ServerStream) -> Void

    init(path: String, kind: MethodKind, start: @escaping @Sendable (ServerStream) -> Void) {
        self.path = path
        self.kind = kind
        self.start = start
    }
}

/// Finds a method by the bytes of its path, without making a String of them.
///
/// Open addressing over a table at least twice as large as what is in it. Only the server's own methods are ever put in,
/// so no peer can choose colliding keys.
struct MethodTable: Sendable {
    private struct Slot: Sendable {
        var path: [UInt8]
        var entry: MethodEntry
    }

    private var slots: [Slot?] = Array(repeating: nil, count: 16)
    /// Of what is in each slot, so that most others are passed over by one comparison.
    private var hashes: [UInt64?] = Array(repeating: nil, count: 16)
    private(set) var count = 0

    /// The last entry of a path is the one that counts.
    mutating func insert(_ entry: MethodEntry) {
        if (count + 1) * 2 > slots.count { grow() }
        let path = Array(entry.path.utf8)
        let index = path.withUnsafeBytes(find)
        if slots[index] == nil { count += 1 }
        hashes[index] = path.withUnsafeBytes(hash)
        slots[index] = Slot(path: path, entry: entry)
    }

    subscript(path: UnsafeRawBufferPointer) -> MethodEntry? {
        slots[find(path)]?.entry
    }

    var paths: [String] {
        slots.compactMap { $0?.entry.path }
    }

    /// The slot of the path, or the empty one where it would be.
    private func find(_ path: UnsafeRawBufferPointer) -> Int {
        let mask = slots.count - 1
        let hash = hash(path)
        var index = Int(truncatingIfNeeded: hash) & mask
        while hashes[index] != nil {
            if hashes[index] == hash, slots[index]?.path.elementsEqual(path) == true { break }
            index = (index + 1) & mask
        }
        return index
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: nil, count: old.count * 2)
        hashes = Array(repeating: nil, count: old.count * 2)
        for case let slot? in old {
            let index = slot.path.withUnsafeBytes(find)
            hashes[index] = slot.path.withUnsafeBytes(hash)
            slots[index] = slot
        }
    }

    /// FNV-1a over words of eight bytes, then what is left.
    private func hash(_ path: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var offset = 0
        while offset + 8 <= path.count {
            hash = (hash ^ path.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x0000_0100_0000_01b3
            hash ^= hash >> 32
            offset += 8
        }
        while offset < path.count {
            hash = (hash ^ UInt64(path[offset])) &* 0x0000_0100_0000_01b3
            offset += 1
        }
        return hash ^ hash >> 29
    }
}
