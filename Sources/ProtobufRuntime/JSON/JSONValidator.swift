/// Checks that a text is JSON that every store keeps as it is.
///
/// Beyond RFC 8259 it refuses what PostgreSQL's jsonb can't hold (NUL, lone surrogates), what it would blow up (a
/// number is kept there with all its digits: `1e-16000` takes six bytes here and 16,000 there), and what it would
/// drop (the first of two members of one name).
public struct JSONValidator: Sendable {
    /// Whether the text has to be an object.
    public var requiresObject: Bool
    /// The length of the text.
    public var maximumBytes: Int
    /// How many arrays and objects may be open at once.
    public var maximumDepth: Int
    /// The length of a number as it is written.
    public var maximumNumberCharacters: Int

    public init(
        requiresObject: Bool = true, maximumBytes: Int = 16 * 1_024, maximumDepth: Int = 100,
        maximumNumberCharacters: Int = 40
    ) {
        self.requiresObject = requiresObject
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumNumberCharacters = maximumNumberCharacters
    }

    /// - Throws: an error whose message says what is wrong and whose offset says where; its field is nil.
    public func validate(_ text: RawSpan) throws(ProtobufError) {
        try text.withUnsafeBytes { bytes throws(ProtobufError) in
            var reader = JSONReader(bytes, maximumDepth: maximumDepth)
            guard bytes.count <= maximumBytes else {
                throw reader.failure(.tooLarge, "more than \(maximumBytes) bytes", at: maximumBytes)
            }
            if requiresObject, try reader.peek() != .object {
                throw reader.failure(.wrongType, "expected an object", at: reader.position)
            }
            var names = MemberNames()
            try validateValue(&reader, &names)
            try reader.finish()
        }
    }

    private func validateValue(_ reader: inout JSONReader, _ names: inout MemberNames) throws(ProtobufError) {
        switch try reader.peek() {
        case .string:
            let start = reader.position
            _ = try reader.readString()
            try refuseNUL(reader, start)
        case .number:
            let start = reader.position
            let text = try reader.readNumber()
            if let trouble = trouble(with: text) { throw reader.failure(.tooLarge, trouble, at: start) }
        case .bool: _ = try reader.readBool()
        case .null: try reader.readNull()
        case .array:
            try reader.beginArray()
            var isFirst = true
            while try reader.nextElement(&isFirst) { try validateValue(&reader, &names) }
        case .object:
            try validateObject(&reader, &names)
        }
    }

    private func validateObject(_ reader: inout JSONReader, _ names: inout MemberNames) throws(ProtobufError) {
        let start = reader.position
        try reader.beginObject()
        let outer = names.beginObject()
        var isFirst = true
        while let name = try reader.nextMember(&isFirst) {
            names.add(name)
            try refuseNUL(reader, reader.memberOffset)
            try validateValue(&reader, &names)
        }
        guard names.endObject(outer) else {
            throw reader.failure(.malformed, "two members of the same name in the object", at: start)
        }
    }

    private func refuseNUL(_ reader: borrowing JSONReader, _ start: Int) throws(ProtobufError) {
        guard reader.stringHasNUL else { return }
        throw reader.failure(.malformed, "a string must not contain NUL (\\u0000)", at: start)
    }

    private func trouble(with number: UnsafeBufferPointer<UInt8>) -> String? {
        guard number.count <= maximumNumberCharacters else {
            return "a number of more than \(maximumNumberCharacters) characters"
        }
        let decimal = JSONDecimal(number)
        // 10^±400 is beyond a double; a zero with such an exponent would still be kept with all its places.
        guard abs(decimal.writtenExponent) <= 400, let value = JSONReader.double(number),
            value != 0 || decimal.digitCount == 0
        else { return "a number beyond the range of a double" }
        return nil
    }
}

/// The names of the members of all open objects, as hashes: enough to find two that are equal.
///
/// Two names of one hash would be taken for equal; with 64 bits nobody meets that who does not look for it, and who
/// does has only their own text refused.
private struct MemberNames {
    private var hashes: [UInt64] = []
    private var start = 0

    /// - Returns: what ``endObject(_:)`` needs to go back to the enclosing object.
    mutating func beginObject() -> Int {
        let outer = start
        start = hashes.count
        return outer
    }

    mutating func add(_ name: UnsafeBufferPointer<UInt8>) {
        // FNV-1a.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hashes.append(hash)
    }

    /// - Returns: whether all names of the object that ends were different.
    mutating func endObject(_ outer: Int) -> Bool {
        defer {
            hashes.removeLast(hashes.count - start)
            start = outer
        }
        let count = hashes.count - start
        guard count > 1 else { return true }
        if count > 16 {
            hashes[start...].sort()
            return zip(hashes[start...], hashes[(start + 1)...]).allSatisfy { $0 != $1 }
        }
        for one in start..<hashes.count - 1 {
            for other in one + 1..<hashes.count where hashes[one] == hashes[other] { return false }
        }
        return true
    }
}
