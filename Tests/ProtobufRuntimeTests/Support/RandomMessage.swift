import ProtobufRuntime

/// Messages with random fields, of any type, made by schema.
struct RandomMessage {
    var generator: SeededGenerator
    /// How likely a field is set, in percent.
    var density = 60

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func make<M: ProtobufMessage>(_ type: M.Type = M.self, depth: Int = 3) -> M {
        var message = M()
        fill(&message.storage, depth: depth)
        return message
    }

    private mutating func fill(_ storage: inout MessageStorage, depth: Int) {
        for (index, field) in storage.schema.fields.enumerated() where chance(density) {
            switch (field.label, field.kind) {
            case (.repeated, .message), (.map, .message):
                fillMessages(&storage, index, depth: depth)
                if field.label == .map { storage.keepLastEntryOfEachKey(index) }
            case (_, .message):
                guard depth > 0, chance(30) else { continue }
                storage.modifyMessage(index) { fill(&$0, depth: depth - 1) }
            case (.repeated, _): fillElements(&storage, index, field.kind)
            default: setValue(&storage, index, field.kind)
            }
        }
    }

    private mutating func fillMessages(_ storage: inout MessageStorage, _ index: Int, depth: Int) {
        guard depth > 0, chance(30) else { return }
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            storage.appendMessage(index) { fill(&$0, depth: depth - 1) }
        }
    }

    private mutating func setValue(_ storage: inout MessageStorage, _ index: Int, _ kind: FieldSchema.Kind) {
        switch kind {
        case .double: storage.setDouble(index, double())
        case .float: storage.setFloat(index, Float(double()))
        case .int32, .sint32, .sfixed32: storage.setInt32(index, integer())
        case .int64, .sint64, .sfixed64: storage.setInt64(index, integer())
        case .uint32, .fixed32: storage.setUInt32(index, integer())
        case .uint64, .fixed64: storage.setUInt64(index, integer())
        case .bool: storage.setBool(index, chance(50))
        case .string: storage.setString(index, text())
        case .bytes: storage.setBytes(index, bytes())
        case .enumeration(let schema):
            storage.setEnumValue(index, schema().values.randomElement(using: &generator)?.number ?? 0)
        case .message: break
        }
    }

    private mutating func fillElements(_ storage: inout MessageStorage, _ index: Int, _ kind: FieldSchema.Kind) {
        let count = Int.random(in: 0...5, using: &generator)
        switch kind {
        case .double: storage[repeated: index] = RepeatedField((0..<count).map { _ in double() })
        case .float: storage[repeated: index] = RepeatedField((0..<count).map { _ in Float(double()) })
        case .int32, .sint32, .sfixed32:
            storage[repeated: index] = RepeatedField((0..<count).map { _ in integer() as Int32 })
        case .int64, .sint64, .sfixed64:
            storage[repeated: index] = RepeatedField((0..<count).map { _ in integer() as Int64 })
        case .uint32, .fixed32: storage[repeated: index] = RepeatedField((0..<count).map { _ in integer() as UInt32 })
        case .uint64, .fixed64: storage[repeated: index] = RepeatedField((0..<count).map { _ in integer() as UInt64 })
        case .bool: storage[repeated: index] = RepeatedField((0..<count).map { _ in chance(50) })
        case .string: storage[repeated: index] = RepeatedField((0..<count).map { _ in text() })
        case .bytes: storage[repeated: index] = RepeatedField((0..<count).map { _ in bytes() })
        case .enumeration:
            storage[repeated: index] = RepeatedField(
                (0..<count).map { _ in Int32.random(in: -1...2, using: &generator) })
        case .message: break
        }
    }

    // MARK: - Values, with those at the edges often

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    private mutating func integer<T: FixedWidthInteger>() -> T {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: T.min
        case 1: T.max
        case 2: T(Int.random(in: 0...300, using: &generator) & 0x7F)
        default: T.random(in: T.min...T.max, using: &generator)
        }
    }

    private mutating func double() -> Double {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: -0.0
        case 1: .infinity
        case 2: .nan
        case 3: .leastNonzeroMagnitude
        default: Double.random(in: -1e9...1e9, using: &generator)
        }
    }

    private mutating func text() -> String {
        let alphabet: [Character] = [
            "a", "Z", "0", " ", "\"", "\\", "\n", "\u{0}", "é", "漢", "😀", "\u{7F}", "\u{7FF}", "\u{10FFFF}",
        ]
        let count = Int.random(in: 0...40, using: &generator)
        return String((0..<count).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
    }

    private mutating func bytes() -> [UInt8] {
        (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
