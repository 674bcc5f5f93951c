/// A message: a copy-on-write handle on a C struct of protobuf-c and the arena that holds it.
///
/// Generated messages are wrappers around one of these, and touch nothing else. A storage is a value: a copy costs a reference
/// count, a change to one copy is never seen in another, and the parts of a message (`message(_:)`, `fieldBytes(_:)`, elements)
/// are values, too, which share its memory until one of them is changed. Changes are in place when nothing shares the memory.
///
/// Fields are named by *index*: the place in `MessageSchema.fields`. A wrong index, or an accessor of another type than the
/// field's, is a defect of the caller and traps in debug builds; it never comes from a peer.
///
/// `@unchecked Sendable`: what it points to is written only by the holder of the only reference (see `Arena`).
public struct MessageStorage: @unchecked Sendable {
    /// nil for the shared empty message, which is never written.
    @usableFromInline var arena: Arena?
    @usableFromInline var pointer: UnsafeMutableRawPointer
    @usableFromInline let layout: Layout

    /// The shared empty message of the type. Allocates nothing.
    @inlinable
    public init(_ schema: MessageSchema) {
        self.init(arena: nil, pointer: schema.layout.pointee.emptyMessage, layout: schema.layout)
    }

    @inlinable
    init(arena: Arena?, pointer: UnsafeMutableRawPointer, layout: Layout) {
        self.arena = arena
        self.pointer = pointer
        self.layout = layout
    }

    /// The type of the message.
    public var schema: MessageSchema { layout.schema }
}

// MARK: - Copy on write

extension MessageStorage {
    /// Makes sure that this storage alone refers to its memory. Every write begins with it.
    @inlinable
    mutating func prepareToWrite() {
        if isKnownUniquelyReferenced(&arena), arena.unsafelyUnwrapped.mayWrite { return }
        detach()
    }

    /// Moves to an arena of its own.
    @usableFromInline
    mutating func detach() {
        let old = self
        if pointer == layout.pointee.emptyMessage {
            // Room for the struct and a few short strings; blocks grow with what is put in.
            let fresh = Arena.make(byteCount: layout.pointee.structSize + 256)
            pointer = layout.makeMessage(in: fresh)
            arena = fresh
        } else {
            let fresh = Arena.make(byteCount: layout.byteCount(of: old.pointer))
            pointer = layout.copy(old.pointer, into: fresh)
            arena = fresh
        }
        withExtendedLifetime(old) {}
    }

    @inlinable
    func field(_ index: Int) -> UnsafePointer<FieldLayout> {
        assert(index >= 0 && index < layout.pointee.fieldCount, "No such field.")
        return layout.pointee.fields + index
    }

    /// Where the field's value is.
    @inlinable
    func address(_ field: UnsafePointer<FieldLayout>) -> UnsafeMutableRawPointer {
        pointer + Int(field.pointee.offset)
    }

    /// Where the field's case word or count is.
    @inlinable
    func quantifier(_ field: UnsafePointer<FieldLayout>) -> UnsafeMutableRawPointer {
        pointer + Int(field.pointee.quantifier)
    }

    /// Whether the memory at `address` holds this field's value: always, but for a oneof member that is not the set one.
    @inlinable
    func isCurrent(_ field: UnsafePointer<FieldLayout>) -> Bool {
        field.pointee.shape != .oneofMember
            || quantifier(field).load(as: UInt32.self) == field.pointee.number
    }

    /// Makes the memory at `address` this field's: other members of its oneof are unset. Their bytes there are zeroed.
    @inlinable
    mutating func makeCurrent(_ field: UnsafePointer<FieldLayout>) {
        guard !isCurrent(field) else { return }
        unset(otherMembersOf: field)
    }
}
