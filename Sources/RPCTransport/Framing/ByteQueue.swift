internal import NIOCore

/// Bytes that are appended at the back and taken from the front.
///
/// Plain memory with one owner: every byte of every call passes through two of these. The memory of one that is over can be
/// handed on to the next (``SpareMemory``).
///
/// @unchecked Sendable: nothing else has a pointer to its memory.
struct ByteQueue: ~Copyable, @unchecked Sendable {
    private var memory: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    /// Beyond this much room in front, what is left moves there.
    private static let roomWorthMoving = 64 * 1_024

    init() {
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    /// Takes over memory that was allocated before, or none.
    init(memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory
    }

    deinit {
        memory.deallocate()
    }

    var count: Int { end - start }

    /// The memory that it holds, in bytes.
    var capacity: Int { memory.count }

    /// The bytes, first to last. The pointer is good until the queue changes.
    @inline(__always)
    func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(rebasing: memory[start..<end]))
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        append(bytes.count) { $0.copyMemory(from: bytes) }
    }

    mutating func append(_ bytes: ByteBuffer) {
        bytes.withUnsafeReadableBytes { append($0) }
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends `count` bytes that `write` fills in.
    @inline(__always)
    mutating func append(_ count: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
        if count > memory.count - end { makeRoom(count) }
        write(UnsafeMutableRawBufferPointer(rebasing: memory[end..<(end + count)]))
        end += count
    }

    /// Appends as many bytes as `write` says that it has filled in, at most `count`.
    mutating func append(upTo count: Int, _ write: (UnsafeMutableRawBufferPointer) -> Int) {
        if count > memory.count - end { makeRoom(count) }
        end += write(UnsafeMutableRawBufferPointer(rebasing: memory[end..<(end + count)]))
    }

    /// Takes the first `count` bytes out, to `target`, which is as long.
    mutating func moveFirst(_ count: Int, into target: UnsafeMutableRawBufferPointer) {
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<(start + count)]))
        removeFirst(count)
    }

    mutating func removeFirst(_ count: Int) {
        start += count
        if start == end {
            start = 0
            end = 0
        }
    }

    /// Drops the bytes, and keeps the memory.
    mutating func removeAll() {
        start = 0
        end = 0
    }

    /// Drops the bytes, and gives the memory up to the caller.
    mutating func takeMemory() -> UnsafeMutableRawBufferPointer {
        defer { memory = UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        removeAll()
        return memory
    }

    private mutating func makeRoom(_ needed: Int) {
        let count = end - start
        if start >= Self.roomWorthMoving, start >= count, memory.count - count >= needed {
            UnsafeMutableRawBufferPointer(rebasing: memory[..<count]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: memory[start..<end]))
        } else {
            let size = max(count + needed, min(memory.count * 2, memory.count + 1_024 * 1_024), 256)
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<end]))
            memory.deallocate()
            memory = larger
        }
        start = 0
        end = count
    }
}
