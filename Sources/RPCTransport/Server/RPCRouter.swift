public import ProtobufRuntime
public import RPCCore

// Handlers are put in behind closures over `MessageStorage`, so that what surrounds a call is not generic.

/// The methods that a server answers by gRPC: path → handler.
public struct RPCRouter: MethodRegistry, Sendable {
    var table = MethodTable()

    public init() {}

    /// The paths that are served, in no order.
    public var paths: [String] { table.paths }

    public mutating func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        insert(method) { stream in
            guard let request = stream.takeOnlyMessage(Request.schema) else { return }
            let context = stream.makeContext()
            stream.run {
                do {
                    stream.handlerEnded(try await handler(Request(storage: request), context).storage)
                } catch {
                    stream.handlerEnded(throwing: error)
                }
            }
        }
    }

    public mutating func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void
    ) {
        insert(method) { stream in
            guard let request = stream.takeOnlyMessage(Request.schema) else { return }
            let context = stream.makeContext()
            stream.run {
                do {
                    try await handler(Request(storage: request), stream.writer(), context)
                    stream.streamingHandlerEnded()
                } catch {
                    stream.handlerEnded(throwing: error)
                }
            }
        }
    }

    public mutating func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (MessageStream<Request>, ServerContext) async throws -> Response
    ) {
        insert(method) { stream in
            let context = stream.makeContext()
            stream.run {
                do {
                    stream.handlerEnded(try await handler(stream.messages(), context).storage)
                } catch {
                    stream.handlerEnded(throwing: error)
                }
            }
        }
    }

    public mutating func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler:
            @escaping @Sendable (
                MessageStream<Request>, MessageWriter<Response>, ServerContext
            ) async throws -> Void
    ) {
        insert(method) { stream in
            let context = stream.makeContext()
            stream.run {
                do {
                    try await handler(stream.messages(), stream.writer(), context)
                    stream.streamingHandlerEnded()
                } catch {
                    stream.handlerEnded(throwing: error)
                }
            }
        }
    }

    private mutating func insert<Request, Response>(
        _ method: MethodDescriptor<Request, Response>, _ start: @escaping @Sendable (ServerStream) -> Void
    ) {
        table.insert(MethodEntry(path: method.path, kind: method.kind, start: start))
    }
}
