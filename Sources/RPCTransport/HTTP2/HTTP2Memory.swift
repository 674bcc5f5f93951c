import CNghttp2

/// The memory of one session: nghttp2 makes and frees some eight small blocks for each call, which are kept here for the next
/// one.
///
/// Used by one session, and like it on one thread at a time. It has to live longer than the session's handle.
final class HTTP2Memory {
    /// Blocks have sizes in steps of this many bytes, the note of their class included.
    private static let step = 64
    private static let classes = 8
    /// So much is kept at most, so that a connection at rest costs little.
    private static let maximumKeptBytes = 64 * 1_024
    /// In front of each block: its class (`classes` for one that is too large to be kept), and how many bytes it has room for.
    private static let noteBytes = 16

    @exclusivity(unchecked) private var free = [UnsafeMutableRawPointer?](repeating: nil, count: HTTP2Memory.classes)
    @exclusivity(unchecked) private var keptBytes = 0

    deinit {
        for case var block? in free {
            while true {
                let next = block.load(fromByteOffset: Self.noteBytes, as: UnsafeMutableRawPointer?.self)
                block.deallocate()
                guard let next else { break }
                block = next
            }
        }
    }

    /// What nghttp2 calls. The pointers are good as long as this object is.
    var functions: nghttp2_mem {
        nghttp2_mem(
            mem_user_data: Unmanaged.passUnretained(self).toOpaque(),
            malloc: { size, memory in HTTP2Memory.with(memory) { $0.allocate(size) } },
            free: { block, memory in HTTP2Memory.with(memory) { $0.release(block) } },
            calloc: { count, size, memory in
                let (total, isTooMuch) = count.multipliedReportingOverflow(by: size)
                guard !isTooMuch, let block = HTTP2Memory.with(memory, { $0.allocate(total) }) else { return nil }
                block.initializeMemory(as: UInt8.self, repeating: 0, count: total)
                return block
            },
            realloc: { block, size, memory in HTTP2Memory.with(memory) { $0.reallocate(block, size) } })
    }

    @inline(__always)
    private static func with<R>(_ memory: UnsafeMutableRawPointer?, _ body: (HTTP2Memory) -> R) -> R {
        Unmanaged<HTTP2Memory>.fromOpaque(memory.unsafelyUnwrapped)._withUnsafeGuaranteedRef(body)
    }

    private func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        let kind = (size &+ Self.noteBytes &- 1) / Self.step
        if kind < Self.classes, let block = free[kind] {
            free[kind] = block.load(fromByteOffset: Self.noteBytes, as: UnsafeMutableRawPointer?.self)
            keptBytes -= (kind + 1) * Self.step
            return block + Self.noteBytes
        }
        let isKept = kind < Self.classes
        let (byteCount, isTooMuch) =
            isKept ? ((kind + 1) * Self.step, false) : size.addingReportingOverflow(Self.noteBytes)
        if isTooMuch { return nil }
        let block = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
        block.storeBytes(of: isKept ? kind : Self.classes, as: Int.self)
        block.storeBytes(of: byteCount - Self.noteBytes, toByteOffset: 8, as: Int.self)
        return block + Self.noteBytes
    }

    private func reallocate(_ pointer: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
        guard let pointer else { return allocate(size) }
        let capacity = pointer.load(fromByteOffset: -8, as: Int.self)
        if size <= capacity { return pointer }
        guard let larger = allocate(size) else { return nil }
        larger.copyMemory(from: pointer, byteCount: capacity)
        release(pointer)
        return larger
    }

    private func release(_ pointer: UnsafeMutableRawPointer?) {
        guard let block = pointer.map({ $0 - Self.noteBytes }) else { return }
        let kind = block.load(as: Int.self)
        let byteCount = (kind + 1) * Self.step
        guard kind < Self.classes, keptBytes + byteCount <= Self.maximumKeptBytes else { return block.deallocate() }
        block.storeBytes(of: free[kind], toByteOffset: Self.noteBytes, as: UnsafeMutableRawPointer?.self)
        free[kind] = block
        keptBytes += byteCount
    }
}
