import GeneratedRPC
import Logging
import NIOCore
import NIOPosix
import ProtobufRuntime
import RPCCore
import RPCTransport
import Testing

/// Methods for the client's tests: their handlers are what each test needs.
enum Probe {
    static let unary = MethodDescriptor<BytesValue, BytesValue>(service: "test.Probe", name: "Unary", kind: .unary)
    static let down = MethodDescriptor<Int64Value, BytesValue>(
        service: "test.Probe", name: "Down", kind: .serverStreaming)
    static let up = MethodDescriptor<BytesValue, Int64Value>(service: "test.Probe", name: "Up", kind: .clientStreaming)
    static let both = MethodDescriptor<BytesValue, BytesValue>(
        service: "test.Probe", name: "Both", kind: .bidirectional)
}

/// A server on a free port of the loopback interface, and a client of it.
struct ProbeServer {
    let port: Int
    let client: HTTP2ClientChannel

    static func run<Result>(
        server configuration: TransportConfiguration = TransportConfiguration(),
        client clientConfiguration: ClientChannelConfiguration = ClientChannelConfiguration(),
        _ fill: (inout RPCRouter) -> Void, _ body: (ProbeServer) async throws -> Result
    ) async throws -> Result {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (server, port) = try await start(fill, configuration: configuration, group: group)
        let client = HTTP2ClientChannel(
            try Endpoint(host: "127.0.0.1", port: port), configuration: clientConfiguration)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(ProbeServer(port: port, client: client)))
        } catch {
            result = .failure(error)
        }
        await client.close()
        await server.shutdown(grace: .zero)
        try await group.shutdownGracefully()
        return try result.get()
    }

    /// A server alone.
    static func start(
        _ fill: (inout RPCRouter) -> Void, configuration: TransportConfiguration = TransportConfiguration(),
        tls: ServerTLS? = nil, port: Int = 0, group: any EventLoopGroup
    ) async throws -> (RPCServer, port: Int) {
        let server = make(fill, configuration: configuration, tls: tls, group: group)
        let address = try await server.start(host: "127.0.0.1", port: port)
        return (server, try #require(address.port))
    }
}

extension ProbeServer {
    /// One that does not listen yet.
    static func make(
        _ fill: (inout RPCRouter) -> Void, configuration: TransportConfiguration = TransportConfiguration(),
        tls: ServerTLS? = nil, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) -> RPCServer {
        var router = RPCRouter()
        fill(&router)
        return RPCServer(
            router: router, responder: NothingElse(), configuration: configuration, tls: tls,
            group: group, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}

private struct NothingElse: HTTPResponder {
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        HTTPResponse(status: 404)
    }
}

/// Something that happens once, and can be waited for.
final class Event: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func happen() {
        continuation.finish()
    }

    func wait() async {
        for await _ in stream {}
    }
}

/// A number that handlers and tests share.
final class Counter: Sendable {
    private let state = Guarded((now: 0, most: 0))

    var now: Int { state.withLock { $0.now } }
    var most: Int { state.withLock { $0.most } }

    @discardableResult
    func add(_ count: Int = 1) -> Int {
        state.withLock { state in
            state.now += count
            state.most = max(state.most, state.now)
            return state.now
        }
    }
}

/// Waits until its task is cancelled, and tells both.
func untilCancelled(began: Event = Event(), ended: Event) async throws {
    began.happen()
    defer { ended.happen() }
    let forever = AsyncStream<Void>.makeStream()
    for await _ in forever.stream {}
    try Task.checkCancellation()
}

extension BytesValue {
    init(_ count: Int, of byte: UInt8 = 7) {
        self = .with { $0.value = [UInt8](repeating: byte, count: count) }
    }
}

/// The error that a call ends with.
func failure(_ call: () async throws -> some Sendable) async -> RPCError? {
    do {
        _ = try await call()
        return nil
    } catch {
        return error as? RPCError
    }
}
