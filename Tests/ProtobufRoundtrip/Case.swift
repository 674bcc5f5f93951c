import GeneratedMessages
import GeneratedRPC
import GeneratedTestMessages
import ProtobufRuntime

/// One message to decode and to encode.
struct Case {
    let type: String
    let input: String
    let output: String
    let payload: [UInt8]

    struct Answer {
        let status: UInt8
        let bytes: [UInt8]

        static func wrongCase(_ reason: String) -> Answer { Answer(status: 2, bytes: Array(reason.utf8)) }

        static func refused(_ error: ProtobufError) -> Answer {
            let parts = [error.code.description, error.field ?? "", error.offset.map { "\($0)" } ?? "", error.message]
            return Answer(status: 1, bytes: Array(parts.joined(separator: "\t").utf8))
        }
    }

    /// The types that can be asked for, by their full names.
    static let types: [String: any ProtobufMessage.Type] = {
        let types: [any ProtobufMessage.Type] =
            [
                Everything.self, Everything.Nested.self, Other.self, Nothing.self, Older.self, Numbers.self, Tree.self,
                Keywords.self,
            ] + contractTypes + wellKnownTypes
        return Dictionary(uniqueKeysWithValues: types.map { ($0.schema.fullName, $0) })
    }()

    private static let contractTypes: [any ProtobufMessage.Type] = [
        Message.self, NewMessage.self, CreateMessageRequest.self, CreateMessageResponse.self,
        BatchCreateMessagesRequest.self, BatchCreateMessagesResponse.self, ListMessagesRequest.self,
        ListMessagesResponse.self, Session.self, CreateSessionRequest.self, ListSessionsRequest.self,
        ListSessionsResponse.self, RenameSessionRequest.self,
    ]

    private static let wellKnownTypes: [any ProtobufMessage.Type] = [
        Timestamp.self, GeneratedRPC.ProtoDuration.self, FieldMask.self, Struct.self, Value.self, ListValue.self,
        GeneratedRPC.ProtoAny.self, Empty.self, DoubleValue.self, FloatValue.self, Int64Value.self, UInt64Value.self,
        Int32Value.self, UInt32Value.self, BoolValue.self, StringValue.self, BytesValue.self, Status.self,
        ErrorInfo.self, BadRequest.self,
    ]

    func run() -> Answer {
        guard let type = Self.types[type] else { return .wrongCase("There is no type \(type).") }
        return run(as: type)
    }

    private func run<M: ProtobufMessage>(as type: M.Type) -> Answer {
        do throws(ProtobufError) {
            let message: M
            switch input {
            case "binary": message = try M(serialized: payload)
            case "json": message = try M(json: payload, dialect: .standard)
            case "rest": message = try M(json: payload, dialect: .rest)
            default: return .wrongCase("There is no form \(input).")
            }
            switch output {
            case "binary": return Answer(status: 0, bytes: message.serialized())
            case "json": return Answer(status: 0, bytes: message.json(dialect: .standard))
            case "rest": return Answer(status: 0, bytes: message.json(dialect: .rest))
            default: return .wrongCase("There is no form \(output).")
            }
        } catch {
            return .refused(error)
        }
    }
}
