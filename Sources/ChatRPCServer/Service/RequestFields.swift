import ChatStore
import GeneratedRPC
import ProtobufRuntime
import RPCCore

/// The checks that requests go through before they reach the store. Each failure is INVALID_ARGUMENT and names the
/// field by its path; `prefix` is that of an item in a batch, for example `messages[3].`.
struct RequestFields {
    let limits: ChatLimits
    var prefix = ""

    func uuid(_ field: String, _ value: FieldBytes) throws -> UUID {
        guard !value.isEmpty else { throw invalid(field, "is required") }
        guard let id = UUID(utf8: value) else {
            throw invalid(field, "has to be a UUID such as 0198c2a4-7b1e-7000-8000-000000000000")
        }
        return id
    }

    func content(_ value: FieldBytes) throws -> FieldBytes {
        guard !value.isEmpty else { throw invalid("content", "is required") }
        guard value.count <= limits.maximumContentBytes else {
            throw tooLarge("content", value.count, limits.maximumContentBytes)
        }
        try refuseNUL("content", value)
        return value
    }

    /// agent_name and user_id: an empty one is an absent one.
    func identifier(_ field: String, _ value: FieldBytes) throws -> FieldBytes? {
        guard !value.isEmpty else { return nil }
        guard value.count <= limits.maximumIdentifierBytes else {
            throw invalid(field, "may have \(limits.maximumIdentifierBytes) bytes and has \(value.count)")
        }
        try refuseNUL(field, value)
        return value
    }

    /// A session's name or description.
    func text(_ field: String, _ value: FieldBytes) throws -> String {
        try refuseNUL(field, value)
        guard value.count <= limits.maximumNameCharacters * 4 else { throw tooLong(field) }
        let text = value.string
        guard text.unicodeScalars.count <= limits.maximumNameCharacters else { throw tooLong(field) }
        return text
    }

    func metadata(_ value: FieldBytes) throws -> FieldBytes {
        guard value.count <= limits.maximumMetadataBytes else {
            throw tooLarge("metadata", value.count, limits.maximumMetadataBytes)
        }
        do {
            let validator = JSONValidator(
                maximumBytes: limits.maximumMetadataBytes, maximumDepth: limits.maximumMetadataDepth)
            try value.withSpan { text throws(ProtobufError) in try validator.validate(text) }
        } catch {
            throw invalid("metadata", error.message + (error.offset.map { " at byte \($0)" } ?? ""))
        }
        return value
    }

    /// A number of `field` that has to lie within the bounds.
    func number<Number: FixedWidthInteger>(
        _ field: String, _ value: Number, in bounds: ClosedRange<Number>
    ) throws -> Number {
        guard bounds.contains(value) else {
            throw invalid(field, "has to be \(bounds.lowerBound) to \(bounds.upperBound) and is \(value)")
        }
        return value
    }

    /// 0 or more.
    func notNegative(_ field: String, _ value: Int64) throws -> Int64 {
        guard value >= 0 else { throw invalid(field, "has to be 0 or more and is \(value)") }
        return value
    }

    /// Microseconds since 1970; finer digits are cut.
    func microseconds(_ field: String, _ value: Timestamp) throws -> Int64 {
        guard (-62_135_596_800...253_402_300_799).contains(value.seconds),
            (0...999_999_999).contains(value.nanos)
        else {
            throw invalid(field, "has to lie within the years 1 to 9999, with 0 to 999999999 nanoseconds")
        }
        return value.unixMicroseconds
    }

    func invalid(_ field: String, _ description: String) -> RPCError {
        .invalidField(prefix + field, description)
    }

    func tooLarge(_ field: String, _ size: Int, _ limit: Int, unit: String = "bytes") -> RPCError {
        .invalidField(prefix + field, "may have \(limit) \(unit) and has \(size)", reason: "CONTENT_TOO_LARGE")
    }

    private func tooLong(_ field: String) -> RPCError {
        invalid(field, "may have \(limits.maximumNameCharacters) characters and has more")
    }

    /// PostgreSQL's text can't hold U+0000 (PostgreSQL manual, "Character Types"), so no store takes it.
    private func refuseNUL(_ field: String, _ value: FieldBytes) throws {
        if value.contains(0) { throw invalid(field, "holds a NUL character, which can't be stored") }
    }
}
