internal import NIOCore

/// A request by HTTP/2 that is not gRPC, while it comes.
final class IncomingHTTP {
    private var request: HTTPRequest
    private(set) var body = ByteBuffer()
    private(set) var receivedBytes = 0

    init(_ request: HTTPRequest) {
        self.request = request
    }

    /// Keeps a part of the body, and nothing of one that has become longer than `limit`.
    func receive(_ bytes: UnsafeRawBufferPointer, limit: Int) {
        receivedBytes += bytes.count
        if receivedBytes <= limit {
            body.writeBytes(bytes)
        } else {
            request.body = .tooLarge
            body = ByteBuffer()
        }
    }

    /// The request with its body, which is not kept any longer.
    func takeRequest() -> HTTPRequest {
        if request.body != .tooLarge { request.body = .complete(body) }
        body = ByteBuffer()
        return request
    }
}
