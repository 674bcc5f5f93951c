import NIOCore
import RPCCore
import RPCTransport

/// The body of `application/grpc-web-text`: base64, which may be several pieces, each with its own padding, one after the
/// other (gRPC PROTOCOL-WEB).
enum WebText {
    static func encode(_ bytes: ByteBuffer) -> ByteBuffer {
        var text = Base64.encode(bytes.readableBytesView)
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return ByteBuffer(bytes: text)
    }

    static func decode(_ text: ByteBuffer) throws(RPCError) -> ByteBuffer {
        var rest = text.readableBytesView
        var bytes = ByteBuffer()
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "=")) ?? rest.endIndex
            let next = rest[end...].firstIndex { $0 != UInt8(ascii: "=") } ?? rest.endIndex
            guard let piece = Base64.decode(rest[..<next]) else {
                throw .malformed("the request is not base64, and its type says that it is")
            }
            bytes.writeBytes(piece)
            rest = rest[next...]
        }
        return bytes
    }
}
