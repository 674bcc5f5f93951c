import ChatStore
import GeneratedMessages
import NIOCore
import NIOHTTP1
import RESTGateway
import RPCTransport

/// What orchestrators and tools ask for: whether the process lives, whether it can work, and what it can do.
enum ProbeRoutes {
    static func make(store: any ChatStore) -> [PlainRoute] {
        [
            PlainRoute("/healthz") { _ in text(200, "ok") },
            PlainRoute("/readyz") { _ in
                store.isUsable ? text(200, "ready") : text(503, "the database can't be reached")
            },
            PlainRoute("/openapi.json") { _ in
                HTTPResponse(
                    status: 200, headers: ["content-type": "application/json"],
                    body: ByteBuffer(staticString: OpenAPIDocument.json))
            },
        ]
    }

    private static func text(_ status: Int, _ words: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["content-type": "text/plain; charset=utf-8", "cache-control": "no-store"],
            body: ByteBuffer(string: words + "\n"))
    }
}
