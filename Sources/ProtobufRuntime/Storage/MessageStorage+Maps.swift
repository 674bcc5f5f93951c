// Maps: in C arrays of entry messages, whose field 0 is the key and field 1 the value. Keys are unique.

extension MessageStorage {
    /// A map field.
    public subscript<K: MapKey, V: RepeatedElement>(map index: Int) -> MapField<K, V> {
        get {
            let entry = layout.layout(ofMessageField: index)
            let count = count(index)
            var dictionary: [K: V] = [:]
            dictionary.reserveCapacity(count)
            for position in 0..<count {
                let pointer = message(index, at: position).pointer
                let value = V(ElementSlot(pointer + Int(entry.pointee.fields[1].offset), arena))
                dictionary[K(ElementSlot(pointer + Int(entry.pointee.fields[0].offset), arena))] = value
            }
            return MapField(dictionary)
        }
        set {
            prepareToWrite()
            let entry = layout.layout(ofMessageField: index)
            let arena = arena.unsafelyUnwrapped
            let entries = newValue.sorted { K.isOrderedBefore($0.key, $1.key) }
            let base = arena.allocate(entries.count * 8)
            for (position, element) in entries.enumerated() {
                let pointer = entry.makeMessage(in: arena)
                element.key.store(in: ElementSlot(pointer + Int(entry.pointee.fields[0].offset), arena))
                element.value.store(in: ElementSlot(pointer + Int(entry.pointee.fields[1].offset), arena))
                base.storeBytes(of: pointer, toByteOffset: position * 8, as: UnsafeMutableRawPointer.self)
            }
            setArray(index, entries.isEmpty ? nil : base, entries.count)
        }
        _modify {
            var map: MapField<K, V> = self[map: index]
            defer { self[map: index] = map }
            yield &map
        }
    }
}
