import NIOCore
import NIOHTTP1
import ProtobufRuntime
import RPCCore
import RPCTransport

/// An error as RFC 9457 writes it, with the members of this contract: `code`, `reason`, `request_id`, `errors`,
/// `metadata`.
struct Problem {
    var status: Int
    var error: RPCError
    var requestID: String

    func response() -> HTTPResponse {
        var headers: HTTPHeaders = ["content-type": "application/problem+json"]
        if let delay = error.retryDelay { headers.add(name: "retry-after", value: String(Self.seconds(delay))) }
        return HTTPResponse(status: status, headers: headers, body: ByteBuffer(bytes: body()))
    }

    private func body() -> [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.beginObject()
        writer.name("type")
        writer.string("about:blank")
        writer.name("title")
        writer.string(Self.title(status))
        writer.name("status")
        writer.integer(Int64(status))
        writer.name("detail")
        writer.string(error.message)
        writer.name("code")
        writer.string(error.code.name)
        writer.name("reason")
        writer.string(error.reason ?? error.code.name)
        writer.name("request_id")
        writer.string(requestID)
        writeErrors(to: &writer)
        writeMetadata(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private func writeErrors(to writer: inout JSONWriter) {
        guard !error.fieldViolations.isEmpty else { return }
        writer.name("errors")
        writer.beginArray()
        for violation in error.fieldViolations {
            writer.beginObject()
            writer.name("field")
            writer.string(violation.field)
            writer.name("description")
            writer.string(violation.description)
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeMetadata(to writer: inout JSONWriter) {
        guard !error.reasonMetadata.isEmpty else { return }
        writer.name("metadata")
        writer.beginObject()
        for (name, value) in error.reasonMetadata.sorted(by: { $0.key < $1.key }) {
            writer.name(name)
            writer.string(value)
        }
        writer.endObject()
    }

    /// For `about:blank` the title is the status' own phrase (RFC 9457 section 4.2.1).
    private static func title(_ status: Int) -> String {
        // Not registered; what nginx and google.rpc call a call that its caller gave up.
        if status == 499 { return "Client Closed Request" }
        return HTTPResponseStatus(statusCode: status).reasonPhrase
    }

    /// Whole seconds, as Retry-After has them (RFC 9110 section 10.2.3): not fewer than asked for, and at least one.
    private static func seconds(_ delay: Duration) -> Int64 {
        let (seconds, attoseconds) = delay.components
        return max(1, attoseconds > 0 ? seconds + 1 : seconds)
    }
}
