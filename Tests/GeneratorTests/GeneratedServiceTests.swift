import GeneratedRPC
import GeneratedTestMessages
import ProtobufRuntime
import RPCCore
import Testing

@testable import ChatRPCGenerator

/// Generated services: descriptors, routes, handlers, clients, and descriptors for reflection.
@Suite struct GeneratedServiceTests {
    @Test func `methods have their names, kinds and idempotency`() {
        #expect(EchoService.name == "chatrpc.test.EchoService")
        #expect(EchoService.Methods.echo.path == "/chatrpc.test.EchoService/Echo")
        #expect(EchoService.Methods.echo.kind == .unary)
        #expect(EchoService.Methods.collect.kind == .clientStreaming)
        #expect(EchoService.Methods.expand.kind == .serverStreaming)
        #expect(EchoService.Methods.chat.kind == .bidirectional)
        #expect(EchoService.Methods.expand.idempotency == .noSideEffects)
        #expect(EchoService.Methods.initMethod.idempotency == .idempotent)
        #expect(EchoService.Methods.echo.idempotency == .unknown)
    }

    @Test func `routes are those of the annotations`() {
        let echo = "/chatrpc.test.EchoService/Echo"
        let path: [HTTPRoute.Segment] = [.literal("test"), .literal("echo"), .field("name")]
        #expect(
            EchoService.routes == [
                HTTPRoute("POST", path, body: .whole, rpcPath: echo, successStatus: 201, hasStatusMember: true),
                HTTPRoute("GET", path, body: .none, rpcPath: echo, successStatus: 201, hasStatusMember: true),
                HTTPRoute(
                    "PUT", path + [.field("number")], body: .field("other"), rpcPath: echo, successStatus: 201,
                    hasStatusMember: true),
                HTTPRoute(
                    "DELETE", [.literal("test"), .literal("default"), .field("value")], body: .none,
                    rpcPath: "/chatrpc.test.EchoService/Default"),
            ])
        #expect(EmptyService.routes.isEmpty)
    }

    @Test func `a call of each kind goes from the client through the registry to the handler and back`() async throws {
        var channel = InProcessChannel()
        Echo().register(in: &channel)
        let client = EchoServiceClient(channel: channel)
        let request = EchoRequest.with { $0.name = "a" }

        #expect(try await client.echo(request).name == "a")
        let collected = try await client.collect { requests in
            for name in ["a", "b", "c"] { try await requests.write(.with { $0.name = name }) }
        }
        #expect(Array(collected.tags) == ["a", "b", "c"])
        let expanded = try await client.expand(.with { $0.number = 3 }) { responses in
            try await responses.reduce(into: []) { $0.append($1.number) }
        }
        #expect(expanded == [0, 1, 2])
        let chatted = try await client.chat { requests in
            for name in ["x", "y"] { try await requests.write(.with { $0.name = name }) }
        } responses: { responses in
            try await responses.reduce(into: []) { $0.append($1.name) }
        }
        #expect(chatted == ["x", "y"])
        #expect(try await client.default(ProtoType.with { $0.value = 4 }).value == 4)
    }

    @Test func `reflection has every file behind its imports, and can be read`() throws {
        var known = Set(GeneratedRPCProtoFiles.all.map(\.name))
        for file in GeneratedTestMessagesProtoFiles.all {
            #expect(known.isSuperset(of: file.dependencies), "\(file.name)")
            known.insert(file.name)
            let descriptor = try FileDescriptor(serialized: file.descriptor[...])
            #expect(descriptor.name == file.name)
            #expect(descriptor.dependencies == file.dependencies)
            #expect(descriptor.serialized == file.descriptor, "no source info")
        }
        let service = try #require(GeneratedTestMessagesProtoFiles.all.last { $0.name == "chatrpc/test/service.proto" })
        #expect(service.symbols.contains("chatrpc.test.EchoService"))
        #expect(service.symbols.contains("chatrpc.test.EchoService.Chat"))
        #expect(service.symbols.contains("chatrpc.test.EchoRequest"))
    }
}

/// The service of the test protos.
private struct Echo: EchoServiceHandler {
    func echo(_ request: EchoRequest, context: ServerContext) async throws -> EchoResponse {
        .with { $0.name = request.name }
    }

    func collect(requests: MessageStream<EchoRequest>, context: ServerContext) async throws -> EchoResponse {
        var response = EchoResponse()
        for try await request in requests { response.tags.append(request.name) }
        return response
    }

    func expand(
        _ request: EchoRequest, responses: MessageWriter<EchoResponse>, context: ServerContext
    ) async throws {
        for number in 0..<request.number { try await responses.write(.with { $0.number = number }) }
    }

    func chat(
        requests: MessageStream<EchoRequest>, responses: MessageWriter<EchoResponse>, context: ServerContext
    ) async throws {
        for try await request in requests { try await responses.write(.with { $0.name = request.name }) }
    }

    func initMethod(_ request: Empty, context: ServerContext) async throws -> Empty { request }

    func `default`(_ request: ProtoType, context: ServerContext) async throws -> GeneratedTestMessages.ProtoAny {
        .with { $0.value = request.value }
    }
}
