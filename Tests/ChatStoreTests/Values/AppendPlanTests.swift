import GeneratedMessages
import ProtobufRuntime
import Testing

@testable import ChatStore

@Suite("The plan of a group of appends")
struct AppendPlanTests {
    private let session = UUID(high: 1, low: 1)
    private let other = UUID(high: 0, low: 9)

    private func append(
        _ items: Append.Item..., to session: UUID? = nil, owner: String? = nil
    ) -> Append {
        Append(sessionID: session ?? self.session, items: items, owner: owner)
    }

    private func plan(
        _ appends: [Append], counters: SessionCounters? = nil, known: [MessageKey: KnownMessage] = [:]
    ) -> AppendPlan {
        AppendPlan(appends, counters: counters.map { [session: $0] } ?? [:], known: known)
    }

    @Test("Sessions are locked once each, in the order of their ids")
    func lockOrder() {
        let appends = [append(.sample()), append(.sample(), to: other), append(.sample())]
        #expect(AppendPlan.sessionIDs(of: appends) == [other, session])
        #expect(AppendPlan.sessionIDs(of: []) == [])
    }

    @Test("Numbers go on from the counters, across the appends of a group")
    func numbering() throws {
        let counters = SessionCounters(lastSeq: 7, revision: 12, resetEpoch: 2, epochFirstSeq: 5)
        let plan = plan(
            [append(.sample("a"), .sample("b")), append(.sample("c"), to: other), append(.sample("d"))],
            counters: counters)
        #expect(plan.rows.map(\.seq) == [8, 9, 1, 10])
        #expect(plan.rows.map(\.revision) == [13, 14, 1, 15])
        #expect(plan.rows.map(\.resetEpoch) == [2, 2, 0, 2])
        #expect(plan.sessions.map(\.id) == [other, session])
        #expect(plan.sessions.map(\.created) == [true, false])
        let written = try #require(plan.sessions.last).counters
        #expect(written.lastSeq == 10 && written.revision == 15 && written.messageCount == 6)
        #expect(try plan.outcomes.map { try $0.get().map(\.seq) } == [[8, 9], [1], [10]])
    }

    @Test("An append that fails leaves no trace in the ones behind it")
    func withdrawal() throws {
        let id = UUID(high: 5, low: 5)
        let known = [
            MessageKey(sessionID: session, messageID: id): KnownMessage(
                seq: 1, revision: 1, timestamp: 0, digest: .sample(of: ["stored"]))
        ]
        let first = Append.Item.sample("first", role: .user)
        let plan = plan(
            [append(first, .sample("conflict", id: id)), append(first)],
            counters: SessionCounters(lastSeq: 1, revision: 1), known: known)
        let error = #expect(throws: StoreError.self) { try plan.outcomes[0].get() }
        #expect(error?.code == .messageConflict && error?.index == 1)
        let result = try #require(try plan.outcomes[1].get().first)
        #expect(result.seq == 2 && !result.duplicate)
        #expect(plan.rows.map(\.place) == [AppendPlan.Place(append: 1, item: 0)])
        #expect(plan.sessions.count == 1 && plan.sessions[0].preview == AppendPlan.Place(append: 1, item: 0))
    }

    @Test("A group that writes nothing touches no session")
    func nothing() throws {
        let item = Append.Item.sample("known")
        let known = [
            MessageKey(sessionID: session, messageID: item.messageID): KnownMessage(
                seq: 3, revision: 4, timestamp: 5, digest: item.digest)
        ]
        let plan = plan(
            [append(item), append(.sample(), to: session, owner: "bob")],
            counters: SessionCounters(userID: "ada", lastSeq: 3, revision: 4), known: known)
        #expect(plan.rows.isEmpty && plan.sessions.isEmpty)
        #expect(
            try plan.outcomes[0].get() == [AppendResult(seq: 3, revision: 4, duplicate: true, timestamp: 5)])
        #expect(throws: StoreError.self) { try plan.outcomes[1].get() }
    }

    @Test("The same message twice in a group is written once, and the second is a duplicate")
    func duplicateInGroup() throws {
        let item = Append.Item.sample("once")
        let plan = plan([append(item), append(item)])
        #expect(plan.rows.count == 1)
        #expect(try plan.outcomes.map { try $0.get()[0].duplicate } == [false, true])
    }

    @Test("A message from before digests were kept conflicts with nothing")
    func withoutDigest() throws {
        let item = Append.Item.sample("any")
        let known = [
            MessageKey(sessionID: session, messageID: item.messageID): KnownMessage(
                seq: 1, revision: 1, timestamp: 0, digest: nil)
        ]
        let plan = plan([append(item)], counters: SessionCounters(lastSeq: 1, revision: 1), known: known)
        #expect(try plan.outcomes[0].get()[0].duplicate)
    }

    @Test("The preview is the last message of user or assistant that is written")
    func preview() {
        let plan = plan([
            append(.sample("a", role: .user), .sample("b", role: .assistant), .sample("c", role: .system))
        ])
        #expect(plan.sessions[0].preview == AppendPlan.Place(append: 0, item: 1))
        let rules = self.plan([append(.sample("rules", role: .system))])
        #expect(rules.sessions[0].preview == nil)
    }
}
