extension MessageStorage {
    /// Sets a field from text, as it stands in the path or the query of a URL (google/api/http.proto).
    ///
    /// Text for strings; digits for numbers; `true` and `false`; REST names for enums; base64 for bytes; for
    /// well-known types what they are in JSON, without quotes. A repeated field gets all the values, any other
    /// exactly one.
    ///
    /// - Parameters:
    ///   - values: one for each time that the name is there; at least one.
    ///   - path: the name of the field, of either kind; or several with points between them, for a field of a message
    ///     in it.
    /// - Returns: false, with nothing done, if there is no field of that name.
    /// - Throws: an error that names the field, where the text is no value of it. The message is to be thrown away
    ///   then.
    public mutating func setText(_ values: [String], forField path: String) throws(ProtobufError) -> Bool {
        let pieces = path.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let index = layout.pointee.json.index(of: String(pieces[0]))
        guard index >= 0 else { return false }
        do throws(ProtobufError) {
            guard pieces.count == 2 else {
                try setText(values, at: index)
                return true
            }
            let field = layout.pointee.fields[index]
            guard field.type == .message, !field.isRepeated else { return false }
            let rest = String(pieces[1])
            return try modifyMessage(index) { inner throws(ProtobufError) in
                try inner.setText(values, forField: rest)
            }
        } catch {
            throw error.within(schema.fields[index].name)
        }
    }

    private mutating func setText(_ values: [String], at index: Int) throws(ProtobufError) {
        let field = field(index)
        var writer = JSONWriter()
        if field.pointee.isRepeated { writer.beginArray() }
        for value in values { writer.string(value) }
        if field.pointee.isRepeated {
            writer.endArray()
        } else if values.count != 1 {
            throw ProtobufError(.malformed, "expected one value, not \(values.count)")
        }
        prepareToWrite()
        makeCurrent(field)
        let layout = layout
        let message = pointer
        let error = arena.unsafelyUnwrapped.withAllocator { allocator in
            writer.bytes.withUnsafeBytes { json in
                var decoder = JSONDecoder(json, .rest, .default, allocator)
                return decoder.decode(textOf: index, into: message, layout)
            }
        }
        if var error {
            error.offset = nil
            throw error
        }
    }
}

extension JSONDecoder {
    /// Reads the value of one field, from strings whatever its type.
    ///
    /// - Returns: what went wrong.
    fileprivate mutating func decode(
        textOf index: Int, into message: UnsafeMutableRawPointer, _ layout: Layout
    ) -> ProtobufError? {
        takesBoolInQuotes = true
        let field = layout.pointee.fields + index
        do throws(ProtobufError) {
            if field.pointee.shape == .map {
                throw ProtobufError(.wrongType, "a map can't be given as text")
            } else if field.pointee.shape == .repeated {
                try readElements(of: index, into: message, layout)
            } else {
                try readValue(into: message + Int(field.pointee.offset), index, layout)
            }
            return nil
        } catch {
            return error
        }
    }
}
