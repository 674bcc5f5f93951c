import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import NIOPosix

/// `grpc-swift-echo serve`, until its standard input ends, or `grpc-swift-echo call PORT IN_FLIGHT SECONDS`.
@main
struct GRPCSwiftEcho {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments == ["serve"] {
            try await serve()
        } else if arguments.count == 4, arguments[0] == "call", let port = Int(arguments[1]),
            let inFlight = Int(arguments[2]), let seconds = Double(arguments[3])
        {
            let rate = try await call(port: port, inFlight: inFlight, time: .seconds(seconds))
            print("{\"calls_per_second\": \(rate)}")
        } else {
            FileHandle.standardError.write(Data("usage: grpc-swift-echo serve | call PORT IN_FLIGHT SECONDS\n".utf8))
            exit(2)
        }
    }

    private static func serve() async throws {
        let transport = HTTP2ServerTransport.Posix(
            address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext,
            eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: 1))
        let server = GRPCServer(
            transport: transport, services: [EchoService()],
            interceptors: [PassingInterceptor(), PassingInterceptor()])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            let port = try await transport.listeningAddress.ipv4?.port ?? 0
            FileHandle.standardOutput.write(Data("ready http://127.0.0.1:\(port)\n".utf8))
            try await group.waitForAll()
        }
    }

    /// Unary calls per second, after a second of warming up.
    private static func call(port: Int, inFlight: Int, time: Duration) async throws -> Double {
        try await withGRPCClient(
            transport: .http2NIOPosix(
                target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext,
                eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: 1))
        ) { client in
            let start = ContinuousClock.now + .seconds(1)
            let end = start + time
            let calls = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<inFlight {
                    group.addTask {
                        var calls = 0
                        while true {
                            try await callOnce(client)
                            let now = ContinuousClock.now
                            if now >= end { return calls }
                            if now >= start { calls += 1 }
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            return Double(calls) / (time / .seconds(1))
        }
    }

    private static func callOnce(_ client: GRPCClient<HTTP2ClientTransport.Posix>) async throws {
        let request = Payload.with { $0.value = Data(repeating: 0x78, count: 254) }
        var options = CallOptions.defaults
        options.timeout = .seconds(30)
        let answer = try await client.unary(
            request: ClientRequest(message: request, metadata: ["x-request-id": "0123456789abcdef"]),
            descriptor: EchoService.method("Unary"), serializer: ProtobufSerializer<Payload>(),
            deserializer: ProtobufDeserializer<Payload>(), options: options
        ) { try $0.message }
        precondition(answer.value.count == 254, "the answer is not the request")
    }
}
