import CProtobufC

/// Reads a message from JSON, straight into a C struct in an arena.
struct JSONDecoder: ~Copyable {
    var reader: JSONReader
    let dialect: JSONDialect
    /// Whether a bool may be a string, as it is where all values come as text.
    var takesBoolInQuotes = false
    private let allocator: UnsafeMutablePointer<ProtobufCAllocator>
    private let limits: DecodingLimits
    private var elementsLeft: Int

    /// - Parameter allocator: of the arena that the message is to lie in; its budget is the limit on memory.
    init(
        _ bytes: UnsafeRawBufferPointer, _ dialect: JSONDialect, _ limits: DecodingLimits,
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>
    ) {
        self.reader = JSONReader(bytes, maximumDepth: limits.maximumDepth)
        self.dialect = dialect
        self.limits = limits
        self.allocator = allocator
        self.elementsLeft = limits.maximumElements
    }

    /// The whole text as one message.
    mutating func decode(_ layout: Layout) throws(ProtobufError) -> UnsafeMutableRawPointer {
        let message = try readMessage(layout)
        try reader.finish()
        return message
    }

    /// The whole text as the value of one field of a message that has no other.
    mutating func decode(field index: Int, of layout: Layout) throws(ProtobufError) -> UnsafeMutableRawPointer {
        let message = try makeMessage(layout)
        do throws(ProtobufError) {
            try readField(index, of: message, layout)
        } catch {
            throw error.within(layout.schema.fields[index].name)
        }
        try reader.finish()
        return message
    }

    /// One value as a new message.
    mutating func readMessage(_ layout: Layout) throws(ProtobufError) -> UnsafeMutableRawPointer {
        let message = try makeMessage(layout)
        if let wellKnown = layout.pointee.json.wellKnown, wellKnown != .empty {
            try read(wellKnown, into: message, layout)
        } else {
            try readMembers(into: message, layout)
        }
        return message
    }

    // MARK: Members

    private mutating func readMembers(
        into message: UnsafeMutableRawPointer, _ layout: Layout
    ) throws(ProtobufError) {
        try reader.beginObject()
        var isFirst = true
        var seen = FieldSet()
        var expected = 0
        while let name = try reader.nextMember(&isFirst) {
            let start = reader.memberOffset
            let index = layout.pointee.json.index(of: name, expected: expected)
            guard index >= 0 else {
                guard dialect == .rest else {
                    throw reader.failure(.unknownField, "the message has no field of that name", at: start)
                }
                try reader.skipValue()
                continue
            }
            expected = index + 1
            do throws(ProtobufError) {
                guard seen.insert(index) else {
                    throw reader.failure(.malformed, "the member is there twice", at: start)
                }
                try readField(index, of: message, layout)
            } catch {
                throw error.within(layout.schema.fields[index].name)
            }
        }
    }

    /// The value of a member.
    private mutating func readField(
        _ index: Int, of message: UnsafeMutableRawPointer, _ layout: Layout
    ) throws(ProtobufError) {
        let field = layout.pointee.fields + index
        switch field.pointee.shape {
        case .implicit:
            if try reader.isNull(), !takesNull(index, layout) { return try reader.readNull() }
            try readValue(into: message + Int(field.pointee.offset), index, layout)
        case .oneofMember:
            if try reader.isNull(), !takesNull(index, layout) { return try reader.readNull() }
            let quantifier = message + Int(field.pointee.quantifier)
            guard quantifier.load(as: UInt32.self) == 0 else {
                throw reader.failure(
                    .malformed, "another member of the same oneof is there already", at: reader.position)
            }
            try readValue(into: message + Int(field.pointee.offset), index, layout)
            quantifier.storeBytes(of: field.pointee.number, as: UInt32.self)
        case .repeated:
            if try reader.isNull() { return try reader.readNull() }
            try readElements(of: index, into: message, layout)
        case .map:
            if try reader.isNull() { return try reader.readNull() }
            try readEntries(of: index, into: message, layout)
        }
    }

    /// Whether null is a value of the field rather than none.
    func takesNull(_ index: Int, _ layout: Layout) -> Bool {
        if let enumeration = layout.pointee.json.fields[index].enumeration { return enumeration.pointee.isNullValue }
        return layout.pointee.fields[index].type == .message
            && layout.layout(ofMessageField: index).pointee.json.wellKnown == .value
    }

    // MARK: Repeated fields and maps

    mutating func readElements(
        of index: Int, into message: UnsafeMutableRawPointer, _ layout: Layout
    ) throws(ProtobufError) {
        let field = layout.pointee.fields + index
        var elements = JSONElements(stride: Int(field.pointee.stride))
        try reader.beginArray()
        var isFirst = true
        while try reader.nextElement(&isFirst) {
            do throws(ProtobufError) {
                let slot = try nextSlot(&elements)
                if try reader.isNull(), !takesNull(index, layout) {
                    throw reader.failure(.wrongType, "null is not an element", at: reader.position)
                }
                try readValue(into: slot, index, layout)
            } catch {
                throw error.within("[\(elements.count - 1)]")
            }
        }
        elements.store(into: message, field)
    }

    mutating func readEntries(
        of index: Int, into message: UnsafeMutableRawPointer, _ layout: Layout
    ) throws(ProtobufError) {
        let entryLayout = layout.layout(ofMessageField: index)
        let value = entryLayout.pointee.fields + 1
        var entries = JSONElements(stride: MemoryLayout<UnsafeMutableRawPointer>.size)
        var keys = Set<JSONMapKey>()
        try reader.beginObject()
        var isFirst = true
        while let name = try reader.nextMember(&isFirst) {
            let start = reader.memberOffset
            let entry = try makeMessage(entryLayout)
            guard keys.insert(try readKey(name, at: start, into: entry, entryLayout)).inserted else {
                throw reader.failure(.malformed, "the key is there twice", at: start)
            }
            if try reader.isNull(), !takesNull(1, entryLayout) {
                throw reader.failure(.wrongType, "null is not a value of a map", at: reader.position)
            }
            try readValue(into: entry + Int(value.pointee.offset), 1, entryLayout)
            try nextSlot(&entries).storeBytes(of: entry, as: UnsafeMutableRawPointer.self)
        }
        entries.store(into: message, layout.pointee.fields + index)
    }

    mutating func nextSlot(_ elements: inout JSONElements) throws(ProtobufError) -> UnsafeMutableRawPointer {
        if elements.isFull {
            let bytes = elements.nextCapacity * elements.stride
            elements.grow(into: try allocate(bytes))
        }
        return elements.append()
    }

    // MARK: Memory

    /// An empty message.
    private mutating func makeMessage(_ layout: Layout) throws(ProtobufError) -> UnsafeMutableRawPointer {
        let message = try allocate(layout.pointee.structSize)
        message.copyMemory(from: layout.pointee.emptyMessage, byteCount: layout.pointee.structSize)
        return message
    }

    /// Memory that is not initialised.
    @inline(__always)
    mutating func allocate(_ byteCount: Int) throws(ProtobufError) -> UnsafeMutableRawPointer {
        guard let memory = allocator.pointee.alloc(allocator.pointee.allocator_data, byteCount) else {
            throw reader.failure(
                .tooLarge, "the message takes more than \(limits.maximumBytes) bytes of memory", at: reader.position)
        }
        return memory
    }

    /// Puts a copy of the bytes into the slot of a string or bytes field.
    @inline(__always)
    mutating func store(_ bytes: UnsafeRawBufferPointer, into slot: UnsafeMutableRawPointer) throws(ProtobufError) {
        var value = ByteSlot()
        if let source = bytes.baseAddress, bytes.count > 0 {
            let base = try allocate(bytes.count)
            base.copyMemory(from: source, byteCount: bytes.count)
            value = ByteSlot(count: bytes.count, base: base)
        }
        slot.storeBytes(of: value, as: ByteSlot.self)
    }

    /// Counts one more value against the limit.
    @inline(__always)
    mutating func countElement() throws(ProtobufError) {
        elementsLeft -= 1
        guard elementsLeft >= 0 else {
            throw reader.failure(
                .tooManyElements, "more than \(limits.maximumElements) fields and elements", at: reader.position)
        }
    }
}

extension ProtobufError {
    /// The same error, seen from the message or the list around it.
    ///
    /// - Parameter place: a field's name, or an index in brackets.
    func within(_ place: String) -> ProtobufError {
        var error = self
        error.field = field.map { $0.hasPrefix("[") ? place + $0 : "\(place).\($0)" } ?? place
        return error
    }
}
