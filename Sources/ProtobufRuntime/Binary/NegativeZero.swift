import CProtobufC
import Synchronization

// protobuf-c 1.4 takes -0.0 in a field without presence for the default, and leaves it out. The specification writes it: its
// bits are not those of zero. So a message that holds one is encoded from a copy in which such fields are unknown fields. Most
// types can't hold one, which is found out once for each.

extension UnsafePointer where Pointee == MessageLayout {
    /// Whether a message of the type may hold, itself or below it, a float or double without presence.
    var mayHoldNegativeZero: Bool {
        let known = pointee.reach.pointee.load(ordering: .relaxed)
        if known != 0 { return known == Self.reachesFloats }
        var visited: Set<Layout> = []
        let found = reachesFloat(&visited)
        pointee.reach.pointee.store(found ? Self.reachesFloats : Self.reachesNone, ordering: .relaxed)
        return found
    }

    private static var reachesNone: UInt { 1 }
    private static var reachesFloats: UInt { 2 }

    private func reachesFloat(_ visited: inout Set<Layout>) -> Bool {
        guard visited.insert(self).inserted else { return false }
        for index in 0..<pointee.fieldCount {
            let field = pointee.fields[index]
            if field.isFloatWithoutPresence { return true }
            if field.type == .message, layout(ofMessageField: index).reachesFloat(&visited) { return true }
        }
        return false
    }

    /// Whether the message at that address does hold one.
    func holdsNegativeZero(_ message: UnsafeMutableRawPointer) -> Bool {
        for index in 0..<pointee.fieldCount {
            let field = pointee.fields + index
            if field.pointee.isFloatWithoutPresence {
                if field.pointee.isNegativeZero(message + Int(field.pointee.offset)) { return true }
            } else if field.pointee.type == .message {
                let inner = layout(ofMessageField: index)
                guard inner.mayHoldNegativeZero else { continue }
                if messages(field, in: message).contains(where: inner.holdsNegativeZero) { return true }
            }
        }
        return false
    }

    /// Adds an unknown field for each in the message and below it. The memory is the caller's alone.
    func addNegativeZeros(_ message: UnsafeMutableRawPointer, in arena: Arena) {
        var found: [FieldLayout] = []
        for index in 0..<pointee.fieldCount {
            let field = pointee.fields + index
            if field.pointee.isFloatWithoutPresence {
                if field.pointee.isNegativeZero(message + Int(field.pointee.offset)) { found.append(field.pointee) }
            } else if field.pointee.type == .message {
                let inner = layout(ofMessageField: index)
                for value in messages(field, in: message) { inner.addNegativeZeros(value, in: arena) }
            }
        }
        if !found.isEmpty { add(found, to: message, in: arena) }
    }

    private func add(_ fields: [FieldLayout], to message: UnsafeMutableRawPointer, in arena: Arena) {
        let base = message.assumingMemoryBound(to: ProtobufCMessage.self)
        let before = Int(base.pointee.n_unknown_fields)
        let count = before + fields.count
        let unknown = arena.allocate(count * MemoryLayout<ProtobufCMessageUnknownField>.stride)
            .bindMemory(to: ProtobufCMessageUnknownField.self, capacity: count)
        if let old = base.pointee.unknown_fields { unknown.initialize(from: old, count: before) }
        for (place, field) in fields.enumerated() {
            let value = arena.allocate(8)
            value.copyMemory(from: message + Int(field.offset), byteCount: Int(field.stride))
            (unknown + before + place).initialize(
                to: ProtobufCMessageUnknownField(
                    tag: field.number, wire_type: ProtobufCWireType(rawValue: UInt32(field.wireType)),
                    len: Int(field.stride), data: value.assumingMemoryBound(to: UInt8.self)))
        }
        base.pointee.unknown_fields = unknown
        base.pointee.n_unknown_fields = UInt32(count)
    }

    private func messages(
        _ field: UnsafePointer<FieldLayout>, in message: UnsafeMutableRawPointer
    ) -> [UnsafeMutableRawPointer] {
        if field.pointee.isRepeated {
            let elements = ArrayReference(field.pointee, in: message)
            return (0..<elements.count).map(elements.message)
        }
        guard field.isSet(in: message) else { return [] }
        return (message + Int(field.pointee.offset)).load(as: UnsafeMutableRawPointer?.self).map { [$0] } ?? []
    }
}

extension FieldLayout {
    fileprivate var isFloatWithoutPresence: Bool { shape == .implicit && (type == .double || type == .float) }

    fileprivate func isNegativeZero(_ value: UnsafeMutableRawPointer) -> Bool {
        type == .double
            ? value.load(as: UInt64.self) == (-0.0 as Double).bitPattern
            : value.load(as: UInt32.self) == (-0.0 as Float).bitPattern
    }
}
