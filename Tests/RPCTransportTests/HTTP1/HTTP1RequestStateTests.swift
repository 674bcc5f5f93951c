import Testing

@testable import RPCTransport

@Suite struct HTTP1RequestStateTests {
    static let plain = HTTP1RequestState.Head(
        targetBytes: 1, isTargetTooLong: false, areHeadersTooLarge: false, isHostWrong: false, expectsContinue: false,
        isBodyTooLarge: false, keepAlive: true)

    func head(_ change: (inout HTTP1RequestState.Head) -> Void) -> HTTP1RequestState.Head {
        var head = Self.plain
        change(&head)
        return head
    }

    @Test func oneRequestAfterAnother() {
        var state = HTTP1RequestState()
        for _ in 0..<2 {
            #expect(state.receiveHead(Self.plain, isLast: false) == .none)
            #expect(state.receiveBody(10, limit: 10) == .keep)
            #expect(state.receiveEnd() == .respond)
            #expect(state.finish() == .send)
            #expect(!state.isBusy)
        }
    }

    @Test func aClosingRequestIsTheLast() {
        var state = HTTP1RequestState()
        _ = state.receiveHead(head { $0.keepAlive = false }, isLast: false)
        #expect(state.receiveEnd() == .respond)
        #expect(state.finish() == .sendAndClose)
        #expect(state.receiveHead(Self.plain, isLast: false) == .none)
    }

    @Test func aBodyThatGrowsTooLargeIsAnsweredBeforeItsEnd() {
        var state = HTTP1RequestState()
        _ = state.receiveHead(Self.plain, isLast: false)
        #expect(state.receiveBody(6, limit: 10) == .keep)
        #expect(state.receiveBody(6, limit: 10) == .respond)
        #expect(state.isBodyTooLarge)
        #expect(state.receiveBody(6, limit: 10) == .none)
        #expect(state.finish() == .sendAndClose)
        #expect(state.isRequestUnread)
    }

    @Test func aBodyThatSaysItIsTooLargeIsNotWaitedFor() {
        var state = HTTP1RequestState()
        let large = head {
            $0.isBodyTooLarge = true
            $0.expectsContinue = true
        }
        #expect(state.receiveHead(large, isLast: false) == .respond)
        #expect(state.isBodyTooLarge)
        #expect(state.finish() == .sendAndClose)
    }

    @Test func aContinueIsSentToWhoWaitsForIt() {
        var state = HTTP1RequestState()
        #expect(state.receiveHead(head { $0.expectsContinue = true }, isLast: false) == .sendContinue)
        #expect(state.receiveBody(1, limit: 1) == .keep)
    }

    @Test func badHeadsAreRefused() {
        for (status, bad) in [
            (414, head { $0.isTargetTooLong = true }), (431, head { $0.areHeadersTooLarge = true }),
            (400, head { $0.isHostWrong = true }),
        ] {
            var state = HTTP1RequestState()
            #expect(state.receiveHead(bad, isLast: false) == .refuse(status: status))
            #expect(state.receiveEnd() == .none)
            #expect(state.finish() == .sendAndClose)
        }
    }
}
