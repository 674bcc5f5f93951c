import NIOCore
import Testing

@testable import RPCTransport

/// Always in the middle: no jitter.
private struct Middle: RandomNumberGenerator {
    func next() -> UInt64 { 1 << 63 }
}

@Suite("Load balancer")
struct LoadBalancerTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private static let addresses = (1...3).map { ServerAddress.host("192.0.2.\($0)", port: 80) }
    private var generator = Middle()

    private func make(_ policy: LoadBalancingPolicy) -> LoadBalancer {
        LoadBalancer(policy: policy, backoff: ConnectionBackoff(), resolutionInterval: .seconds(30))
    }

    /// How long waiting calls are to be told to wait.
    private func waitTime(in actions: [LoadBalancer.Action]) -> TimeAmount? {
        if case .failWaiting(let time)? = actions.first, actions.count == 1 { time } else { nil }
    }

    private func withServers(_ policy: LoadBalancingPolicy) -> LoadBalancer {
        var balancer = make(policy)
        #expect(balancer.callArrived(at: Self.start) == .wait([.resolve]))
        #expect(balancer.callArrived(at: Self.start) == .wait([]))
        let actions = balancer.resolved(Self.addresses, at: Self.start)
        #expect(actions == (0...2).map { .add($0, Self.addresses[$0]) })
        return balancer
    }

    @Test("pick_first tries one after the other, and stays with the first that answers")
    mutating func picksFirst() {
        var balancer = withServers(.pickFirst)
        #expect(balancer.pick() == nil)
        #expect(balancer.callArrived(at: Self.start) == .wait([.connect(0)]))
        #expect(balancer.callArrived(at: Self.start) == .wait([]))
        #expect(balancer.connectFailed(0, callsWait: true, at: Self.start, using: &generator) == [.connect(1)])
        #expect(balancer.connected(1) == true)
        #expect((0..<3).map { _ in balancer.pick() } == [1, 1, 1])
        // Even when the first may be tried again.
        #expect(balancer.callArrived(at: Self.start + .seconds(100)) == .dispatch([]))
    }

    @Test("pick_first begins at the top when its connection is lost")
    mutating func picksAgain() {
        var balancer = withServers(.pickFirst)
        _ = balancer.callArrived(at: Self.start)
        _ = balancer.connectFailed(0, callsWait: true, at: Self.start, using: &generator)
        _ = balancer.connected(1)
        let later = Self.start + .seconds(2)
        #expect(
            balancer.connectionEnded(1, productive: true, callsWait: true, at: later, using: &generator)
                == [.connect(0)])
        #expect(balancer.pick() == nil)
    }

    @Test("when no server can be reached calls fail, and wait for the first that may be tried again")
    mutating func fails() throws {
        var balancer = withServers(.pickFirst)
        _ = balancer.callArrived(at: Self.start)
        #expect(balancer.connectFailed(0, callsWait: true, at: Self.start, using: &generator) == [.connect(1)])
        let second = Self.start + .milliseconds(100)
        #expect(balancer.connectFailed(1, callsWait: true, at: second, using: &generator) == [.connect(2)])
        let third = Self.start + .milliseconds(200)
        let wait = try #require(
            waitTime(in: balancer.connectFailed(2, callsWait: true, at: third, using: &generator)))
        #expect(wait > .milliseconds(799) && wait < .milliseconds(801))
        #expect(balancer.callArrived(at: third) == .refuse(retryAfter: wait))
        #expect(balancer.callArrived(at: third + wait) == .wait([.connect(0)]))
    }

    @Test("round_robin connects to all, and picks among those that are there")
    mutating func roundRobin() {
        var balancer = withServers(.roundRobin)
        #expect(balancer.callArrived(at: Self.start) == .wait([.connect(0), .connect(1), .connect(2)]))
        #expect(balancer.connected(0) == true)
        #expect(balancer.callArrived(at: Self.start) == .dispatch([]))
        #expect(balancer.connected(2) == true)
        #expect(balancer.connectFailed(1, callsWait: true, at: Self.start, using: &generator) == [])
        #expect((0..<4).map { _ in balancer.pick() } == [2, 0, 2, 0])
        // The one that failed is tried again when its time has come, with the next call.
        #expect(balancer.callArrived(at: Self.start + .seconds(2)) == .dispatch([.connect(1)]))
        #expect(balancer.connected(1) == true)
        #expect(Set((0..<3).map { _ in balancer.pick() }) == [0, 1, 2])
    }

    @Test("a failure has the name looked up again, at most every 30 seconds")
    mutating func resolvesAgain() {
        var balancer = withServers(.roundRobin)
        _ = balancer.callArrived(at: Self.start)
        _ = balancer.connected(0)
        let late = Self.start + .seconds(30)
        #expect(balancer.connectFailed(1, callsWait: false, at: late, using: &generator) == [.resolve])
        #expect(balancer.connectFailed(2, callsWait: false, at: late, using: &generator) == [])
        let other = ServerAddress.host("192.0.2.9", port: 80)
        #expect(
            balancer.resolved([Self.addresses[0], other], at: late) == [.add(3, other), .drop(1), .drop(2)])
        #expect(balancer.pick() == 0)
        #expect(balancer.connected(1) == false)
        #expect(balancer.callArrived(at: late) == .dispatch([.connect(3)]))
    }

    @Test("a look-up that fails leaves known servers alone; without any, calls fail and the next look-up waits")
    mutating func resolutionFails() throws {
        var balancer = withServers(.pickFirst)
        #expect(balancer.resolutionFailed(at: Self.start, using: &generator) == [])
        #expect(balancer.count == 3)
        var empty = make(.pickFirst)
        _ = empty.callArrived(at: Self.start)
        let wait = try #require(waitTime(in: empty.resolutionFailed(at: Self.start, using: &generator)))
        #expect(empty.callArrived(at: Self.start) == .refuse(retryAfter: wait))
        #expect(empty.callArrived(at: Self.start + wait) == .wait([.resolve]))
    }

    @Test("a closed one has no servers, and takes none")
    mutating func closes() {
        var balancer = withServers(.roundRobin)
        _ = balancer.callArrived(at: Self.start)
        #expect(balancer.close() == true)
        #expect(balancer.close() == false)
        #expect(balancer.callArrived(at: Self.start) == .refuseForGood)
        #expect(balancer.connected(0) == false)
        #expect(balancer.resolved(Self.addresses, at: Self.start) == [])
        #expect(balancer.pick() == nil)
    }
}
