import CProtobufC

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The memory of one message and all that it holds, freed as a whole. It alone owns what the pointers in C structs point to.
///
/// An arena is either a *root*, which owns memory, or a *lease*: what a part of a message holds while it is lent out to be
/// changed in place (`modifyMessage`, `append(with:)`), which takes memory from its lender's root.
///
/// Why messages stay values: memory is written only by the one value that holds the only reference to the arena
/// (`isKnownUniquelyReferenced`) while the arena `mayWrite`; everyone else copies first. A lease may write while its lender
/// waits for it, on the same thread. If a copy of what was lent escapes, the lease stays alive and with it one more reference
/// to the lender's arena: from then on the lender copies first, too.
///
/// That rule is what makes the values that hold arenas `Sendable`: what several threads can see is never written. (A
/// `ManagedBuffer` itself can't be declared so.)
@usableFromInline
final class Arena: ManagedBuffer<Arena.Header, UInt64> {
    @usableFromInline
    struct Header {
        fileprivate var state: ArenaState
        /// Where memory comes from: this arena's state, or that of the lender's root.
        fileprivate var source: UnsafeMutablePointer<ArenaState>
        /// Who lent; nil in a root.
        fileprivate var lender: Arena?
        /// The lease that this arena waits for, by its address.
        fileprivate var activeLease: UnsafeRawPointer?
        fileprivate var thread: pthread_t?
    }

    deinit {
        LiveArenas.subtract()
        withUnsafeMutablePointerToHeader { header in
            if header.pointee.lender == nil { header.pointee.state.freeBlocks() }
        }
    }

    /// A root. Its first `byteCount` bytes lie in the object itself, so that a small message costs one malloc.
    ///
    /// - Parameter budget: the most it may hand out, in bytes.
    static func make(byteCount: Int, budget: Int = .max) -> Arena {
        LiveArenas.add()
        let words = max(ArenaState.rounded(byteCount) / 8, 1)
        let buffer = Arena.create(minimumCapacity: words) { buffer in
            buffer.withUnsafeMutablePointerToElements { elements in
                Header(
                    state: ArenaState(
                        firstBlock: UnsafeMutableRawPointer(elements), byteCount: words * 8, budget: budget),
                    source: buffer.withUnsafeMutablePointerToHeader { header in
                        // The header does not move, and its first member has its address.
                        UnsafeMutableRawPointer(header).assumingMemoryBound(to: ArenaState.self)
                    },
                    lender: nil, activeLease: nil, thread: nil)
            }
        }
        return unsafeDowncast(buffer, to: Arena.self)
    }

    @inline(__always)
    private var source: UnsafeMutablePointer<ArenaState> {
        withUnsafeMutablePointerToHeader { $0.pointee.source }
    }
}

// MARK: - Memory

extension Arena {
    /// Memory that is not initialised, for a message of our own making, which has no budget.
    func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
        guard let memory = source.pointee.allocate(byteCount) else { preconditionFailure("Out of memory.") }
        return memory
    }

    func release(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) { source.pointee.release(pointer, byteCount) }

    func capacity(ofArray base: UnsafeMutableRawPointer) -> Int? { source.pointee.capacity(ofArray: base) }

    func setCapacity(_ capacity: Int, ofArray base: UnsafeMutableRawPointer, replacing old: UnsafeMutableRawPointer?) {
        source.pointee.setCapacity(capacity, ofArray: base, replacing: old)
    }

    /// Whether the budget has refused an allocation.
    var isExhausted: Bool { source.pointee.isExhausted }

    /// Decoding is over: what the program itself adds is not the peer's to limit.
    func liftBudget() { source.pointee.liftBudget() }

    /// Runs `body` with an allocator that takes from this arena and frees nothing.
    func withAllocator<R>(_ body: (UnsafeMutablePointer<ProtobufCAllocator>) -> R) -> R {
        var allocator = ProtobufCAllocator(
            alloc: { state, byteCount in
                state.unsafelyUnwrapped.assumingMemoryBound(to: ArenaState.self).pointee.allocate(byteCount)
            },
            free: { _, _ in },
            allocator_data: UnsafeMutableRawPointer(source))
        return withExtendedLifetime(self) { withUnsafeMutablePointer(to: &allocator, body) }
    }
}

// MARK: - Leases

extension Arena {
    /// Whether the holder of the only reference may write. True for a root; for a lease, while its lender waits for it.
    @usableFromInline
    var mayWrite: Bool {
        withUnsafeMutablePointerToHeader { header in
            guard let lender = header.pointee.lender else { return true }
            // An escaped lease on another thread must not touch memory that the lender's thread is using.
            guard header.pointee.thread == pthread_self() else { return false }
            let address = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
            return lender.withUnsafeMutablePointerToHeader { $0.pointee.activeLease } == address
        }
    }

    /// A lease for a part of what this arena holds. The caller must hold the only reference, and end the lease.
    func lend() -> Arena {
        let lease = Arena.make(byteCount: 8)
        let source = source
        lease.withUnsafeMutablePointerToHeader { header in
            header.pointee.source = source
            header.pointee.lender = self
            header.pointee.thread = pthread_self()
        }
        let address = UnsafeRawPointer(Unmanaged.passUnretained(lease).toOpaque())
        withUnsafeMutablePointerToHeader { $0.pointee.activeLease = address }
        return lease
    }

    /// Ends the lease that `lend` began; from now on it may only be read.
    ///
    /// - Returns: whether `arena` is that lease, so that what was lent was changed in place.
    func endLease(returned arena: Arena?) -> Bool {
        withUnsafeMutablePointerToHeader { header in
            defer { header.pointee.activeLease = nil }
            guard let arena else { return false }
            // While the lender holds the address as its active lease, only that very object can be found there or,
            // if it is gone, one that is no lease of this lender.
            let isLease = header.pointee.activeLease == UnsafeRawPointer(Unmanaged.passUnretained(arena).toOpaque())
            return isLease && arena.withUnsafeMutablePointerToHeader { $0.pointee.lender === self }
        }
    }
}
