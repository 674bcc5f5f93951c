import Testing

@testable import ChatStore

@Suite("A group waits for the callers of the last one")
struct GatheringTests {
    private let start = ContinuousClock.now

    private func answered(messages: Int, after time: Duration) -> Gathering {
        var gathering = Gathering(at: start)
        gathering.answered(messages: messages, began: start, at: start + time)
        return gathering
    }

    @Test("For as many messages, and for a part of what it took")
    func waits() throws {
        let gathering = answered(messages: 64, after: .milliseconds(2))
        let wait = try #require(gathering.wait(at: start + .milliseconds(2)))
        #expect(wait.messages == 64 && wait.until == start + .microseconds(2_500))
        #expect(gathering.wait(at: wait.until) == nil)
    }

    @Test("Never long, however long the last one took")
    func bound() throws {
        let wait = try #require(answered(messages: 2, after: .seconds(5)).wait(at: start + .seconds(5)))
        #expect(wait.until == start + .milliseconds(5_001))
    }

    @Test("Not behind a single message, and not where nothing was answered just now")
    func idle() {
        #expect(Gathering(at: start).wait(at: start) == nil)
        #expect(answered(messages: 1, after: .milliseconds(2)).wait(at: start + .milliseconds(2)) == nil)
        #expect(answered(messages: 64, after: .milliseconds(2)).wait(at: start + .milliseconds(10)) == nil)
    }
}
