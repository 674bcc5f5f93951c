import GeneratedRPC
import NIOCore
import NIOPosix
import ProtobufRuntime
import RPCCore
import RPCTransport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite("Calls to several servers")
struct BalancedCallTests {
    /// A server that answers with its own number.
    private func start(_ number: UInt8, port: Int = 0) async throws -> (RPCServer, port: Int) {
        try await ProbeServer.start(
            { $0.unary(Probe.unary) { _, _ in BytesValue(1, of: number) } }, port: port,
            group: MultiThreadedEventLoopGroup.singleton)
    }

    private func configuration(_ policy: LoadBalancingPolicy) -> ClientChannelConfiguration {
        var configuration = ClientChannelConfiguration()
        configuration.loadBalancing = policy
        configuration.connectionBackoff.initial = .zero
        return configuration
    }

    /// Who answers.
    private func ask(_ client: HTTP2ClientChannel, waitForReady: Bool = true) async throws -> UInt8? {
        try await client.unary(
            Probe.unary, BytesValue(), options: CallOptions(timeout: .seconds(30), waitForReady: waitForReady)
        ).message.value.first
    }

    @Test("pick_first stays with one server, goes to the next when that dies, and finds one that comes back")
    func pickFirst() async throws {
        let (first, port) = try await start(1)
        let (second, otherPort) = try await start(2)
        let client = HTTP2ClientChannel(
            try ClientTarget("ipv4:127.0.0.1:\(port),127.0.0.1:\(otherPort)"), configuration: configuration(.pickFirst))
        for _ in 0..<5 { #expect(try await ask(client) == 1) }
        await first.shutdown(grace: .seconds(30))
        for _ in 0..<5 { #expect(try await ask(client) == 2) }
        let (again, _) = try await start(1, port: port)
        #expect(try await ask(client) == 2)
        await second.shutdown(grace: .seconds(30))
        #expect(try await ask(client) == 1)
        await client.close()
        await again.shutdown(grace: .seconds(30))
    }

    @Test("round_robin takes turns, leaves out a server that died, and takes it in again")
    func roundRobin() async throws {
        let (first, port) = try await start(1)
        let (second, otherPort) = try await start(2)
        let client = HTTP2ClientChannel(
            try ClientTarget("ipv4:127.0.0.1:\(port),127.0.0.1:\(otherPort)"), configuration: configuration(.roundRobin)
        )
        // Both are connected to with the first call; one of them answers it.
        while try await Set([ask(client), ask(client)]).count < 2 {}
        let turns = try await (0..<6).asyncMap { _ in try await ask(client) }
        #expect(turns.filter { $0 == 1 }.count == 3)
        await first.shutdown(grace: .seconds(30))
        for _ in 0..<6 { #expect(try await ask(client) == 2) }
        let (again, _) = try await start(1, port: port)
        while try await ask(client) != 1 {}
        await client.close()
        await again.shutdown(grace: .seconds(30))
        await second.shutdown(grace: .seconds(30))
    }

    @Test("a name is looked up again when its servers are gone")
    func resolvesAgain() async throws {
        let (first, port) = try await start(1)
        let (second, otherPort) = try await start(2)
        let lookUps = Counter()
        var configuration = configuration(.roundRobin)
        configuration.minimumResolutionInterval = .zero
        configuration.resolver = NameResolver { host, _ in
            #expect(host == "chat.example")
            return [.host("127.0.0.1", port: lookUps.add() == 1 ? port : otherPort)]
        }
        let client = HTTP2ClientChannel(try ClientTarget("dns:///chat.example"), configuration: configuration)
        #expect(try await ask(client) == 1)
        #expect(lookUps.now == 1)
        await first.shutdown(grace: .seconds(30))
        #expect(try await ask(client) == 2)
        await client.close()
        await second.shutdown(grace: .seconds(30))
    }

    @Test("a name that is not known is UNAVAILABLE, with the resolver's error as its cause")
    func unknownName() async throws {
        struct NoSuchName: Error {}
        var configuration = configuration(.roundRobin)
        configuration.resolver = NameResolver { _, _ in throw NoSuchName() }
        let client = HTTP2ClientChannel(try ClientTarget("dns:///chat.example"), configuration: configuration)
        let error = await failure { try await ask(client, waitForReady: false) }
        #expect(error?.code == .unavailable)
        #expect(error?.cause is NoSuchName)
        await client.close()
    }

    @Test("the system's resolver knows localhost")
    func localhost() async throws {
        let (server, port) = try await start(1)
        let client = HTTP2ClientChannel(
            try ClientTarget("dns:///localhost:\(port)"), configuration: configuration(.roundRobin))
        #expect(try await ask(client) == 1)
        await client.close()
        await server.shutdown(grace: .seconds(30))
    }

    @Test("a server on a Unix domain socket")
    func unixSocket() async throws {
        let path = "/tmp/chatrpc-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
        let server = ProbeServer.make { $0.unary(Probe.unary) { _, _ in BytesValue(1, of: 1) } }
        _ = try await server.start(unixDomainSocketPath: path)
        let client = HTTP2ClientChannel(try ClientTarget("unix://\(path)"))
        #expect(try await ask(client) == 1)
        await client.close()
        await server.shutdown(grace: .seconds(30))
        unlink(path)
    }

    @Test("a call that waits for its server is answered when that comes; others fail at once")
    func waitForReady() async throws {
        let (server, port) = try await start(1)
        await server.shutdown(grace: .seconds(30))
        var patient = configuration(.pickFirst)
        patient.connectionBackoff.initial = .milliseconds(10)
        patient.connectionBackoff.maximum = .milliseconds(10)
        let client = HTTP2ClientChannel(try ClientTarget("127.0.0.1:\(port)"), configuration: patient)
        #expect(await failure { try await ask(client, waitForReady: false) }?.code == .unavailable)
        async let answer = ask(client)
        // While it waits, a call that does not wait sees that there is nobody.
        #expect(await failure { try await ask(client, waitForReady: false) }?.code == .unavailable)
        let (again, _) = try await start(1, port: port)
        #expect(try await answer == 1)
        await again.shutdown(grace: .seconds(30))
        let error = await failure {
            try await client.unary(
                Probe.unary, BytesValue(), options: CallOptions(timeout: .milliseconds(50), waitForReady: true))
        }
        #expect(error?.code == .deadlineExceeded)
        await client.close()
    }
}

extension Sequence {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
