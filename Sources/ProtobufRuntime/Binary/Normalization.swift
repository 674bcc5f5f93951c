import CProtobufC

// What is set right after protobuf-c has unpacked a message, where the scan asked for it.

extension UnsafePointer where Pointee == MessageLayout {
    /// In the message and all below it: of map entries with the same key the last is kept, and the marks of `CanonicalForm`
    /// are taken off unknown fields.
    func normalize(_ message: UnsafeMutableRawPointer) {
        restoreUnknownFields(message)
        for index in 0..<pointee.fieldCount where pointee.fields[index].type == .message {
            let field = pointee.fields + index
            let inner = layout(ofMessageField: index)
            if field.pointee.isRepeated {
                if field.pointee.shape == .map { removeDuplicateKeys(ofMap: index, in: message) }
                let elements = ArrayReference(field.pointee, in: message)
                for position in 0..<elements.count { inner.normalize(elements.message(position)) }
            } else if field.isSet(in: message),
                let value = (message + Int(field.pointee.offset)).load(as: UnsafeMutableRawPointer?.self)
            {
                inner.normalize(value)
            }
        }
    }

    private func restoreUnknownFields(_ message: UnsafeMutableRawPointer) {
        let base = message.assumingMemoryBound(to: ProtobufCMessage.self).pointee
        for index in 0..<Int(base.n_unknown_fields) {
            let unknown = base.unknown_fields + index
            let tag = unknown.pointee.tag
            if tag & CanonicalForm.group != 0, let data = unknown.pointee.data {
                // Content and end tag, behind a length of five bytes; the encoder writes the start tag.
                unknown.pointee.wire_type = ProtobufCWireType(rawValue: UInt32(WireType.startGroup))
                unknown.pointee.data = data + 5
                unknown.pointee.len -= 5
            }
            unknown.pointee.tag = tag & CanonicalForm.realNumber
        }
    }
}
