import NIOCore
import RPCCore
import RPCTransport

/// Writes JSON values as lines (NDJSON), gathered into parts of some size: each part is a write of its own.
final class LineWriter: Sendable {
    private static let partBytes = 32 << 10

    private let body: HTTPBodyWriter
    private let gathered = Guarded(ByteBuffer())

    init(_ body: HTTPBodyWriter) {
        self.body = body
    }

    /// Suspends while the peer does not read. Made for one writer.
    func write(_ json: [UInt8]) async throws {
        let part = gathered.withLock { lines in
            lines.writeBytes(json)
            lines.writeInteger(UInt8(ascii: "\n"))
            return lines.readableBytes < Self.partBytes ? nil : Self.take(&lines)
        }
        if let part { try await body.write(part) }
    }

    /// Writes what has been gathered.
    func finish() async throws {
        let part = gathered.withLock { Self.take(&$0) }
        if part.readableBytes > 0 { try await body.writeLast(part) }
    }

    private static func take(_ lines: inout ByteBuffer) -> ByteBuffer {
        defer { lines = ByteBuffer() }
        return lines
    }
}
