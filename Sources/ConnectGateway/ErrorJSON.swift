import NIOCore
import ProtobufRuntime
import RPCCore
import RPCTransport

/// How the Connect protocol tells that a call failed ("Error") and how a stream ended ("EndStreamResponse").
enum ErrorJSON {
    static func error(_ error: RPCError) -> ByteBuffer {
        var writer = JSONWriter(reserving: 256)
        write(error, to: &writer)
        return ByteBuffer(bytes: writer.bytes)
    }

    static func end(_ error: RPCError?, trailing: Metadata) -> ByteBuffer {
        var writer = JSONWriter(reserving: 256)
        writer.beginObject()
        if let error {
            writer.name("error")
            write(error, to: &writer)
        }
        let fields = CallFields.fields(trailing) + (error.map { CallFields.fields($0.metadata) } ?? [])
        if !fields.isEmpty {
            writer.name("metadata")
            writer.beginObject()
            for (name, values) in Dictionary(grouping: fields, by: \.name).sorted(by: { $0.key < $1.key }) {
                writer.name(name)
                writer.beginArray()
                for field in values { writer.string(field.value) }
                writer.endArray()
            }
            writer.endObject()
        }
        writer.endObject()
        return ByteBuffer(bytes: writer.bytes)
    }

    private static func write(_ error: RPCError, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("code")
        writer.string(error.code.connectName)
        if !error.message.isEmpty {
            writer.name("message")
            writer.string(error.message)
        }
        let details = CallFields.details(of: error)
        if !details.isEmpty {
            writer.name("details")
            writer.beginArray()
            for detail in details { write(detail, to: &writer) }
            writer.endArray()
        }
        writer.endObject()
    }

    private static func write(_ detail: any ProtobufMessage, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("type")
        writer.string(type(of: detail).schema.fullName)
        writer.name("value")
        writer.string(String(decoding: Base64.encode(detail.serialized()), as: UTF8.self))
        // For people; programs read the value.
        writer.name("debug")
        detail.writeJSON(to: &writer)
        writer.endObject()
    }
}

extension StatusCode {
    /// As the Connect protocol spells it ("Error Codes").
    var connectName: String {
        switch self {
        case .cancelled: "canceled"
        case _ where (1...16).contains(rawValue): name.lowercased()
        default: "unknown"
        }
    }
}
