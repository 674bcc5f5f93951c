import Testing

@testable import ChatRPCGenerator

@Suite struct CommentLimitTests {
    private func keywords(_ comment: String, _ kind: FieldDescriptor.Kind, isRepeated: Bool = false) -> String {
        let field = FieldDescriptor(kind: kind, isRepeated: isRepeated)
        return CommentLimits(comment: comment).keywords(for: field).map { name, value in
            "\(name) \(value.document.dropLast())"
        }.joined(separator: ", ")
    }

    @Test func `lengths in characters count, lengths in bytes don't`() {
        #expect(keywords("1 to 200 characters. Absent: none.", .string) == "minLength 1, maxLength 200")
        #expect(keywords("At most 1,000 characters; empty removes it.", .string) == "maxLength 1000")
        #expect(keywords("At most 256 bytes.", .string) == "")
        #expect(keywords("1 to 3 people.", .bool) == "")
    }

    @Test func `a range of a number may follow its meaning`() {
        #expect(keywords("The page's length, 1 to 500; absent means 200.", .int32) == "minimum 1, maximum 500")
        #expect(keywords("How many to skip; 0 or more.", .int64) == "minimum 0")
        #expect(keywords("How many.", .int64) == "")
    }

    @Test func `a repeated field counts its items`() {
        #expect(
            keywords("1 to 500 messages, appended in this order.", .message, isRepeated: true)
                == "minItems 1, maxItems 500")
    }

    @Test func `UUIDs are a format`() {
        #expect(keywords("A UUID in lower-case text form.", .string) == #"format "uuid""#)
        #expect(keywords("The session to read, a UUID. One that is deleted …", .string) == #"format "uuid""#)
        #expect(keywords("As in the other. Not a UUID.", .string) == "")
    }

    @Test func `a field is required that says so first, or that would be too small if it were absent`() {
        let plain = FieldDescriptor(kind: .string)
        #expect(CommentLimits(comment: "Required: 1 byte to 1 MiB.").isRequired(plain))
        #expect(!CommentLimits(comment: "Not Required.").isRequired(plain))
        #expect(CommentLimits(comment: "1 to 200 characters.").isRequired(plain))
        #expect(!CommentLimits(comment: "0 to 200 characters.").isRequired(plain))
        #expect(!CommentLimits(comment: "1 to 200 characters.").isRequired(FieldDescriptor(kind: .string, oneof: 0)))
    }
}
