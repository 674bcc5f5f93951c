import RPCCore
import Testing

@testable import RPCTransport

@Suite struct HandlerErrorTests {
    private struct Other: Error {}

    @Test(arguments: [0, -1, Int.min]) func aCodeThatIsNoFailureIsUnknown(_ code: Int) {
        let error = RPCError(handlerError: RPCError(StatusCode(rawValue: code), "why", reason: "REASON"))
        #expect(error.code == .unknown)
        #expect(error.message == "why")
        #expect(error.reason == "REASON")
    }

    @Test func anyOtherCodeIsKept() {
        #expect(RPCError(handlerError: RPCError(.dataLoss, "")).code == .dataLoss)
        #expect(RPCError(handlerError: RPCError(StatusCode(rawValue: 99), "")).code.rawValue == 99)
    }

    @Test func anErrorOfAnotherKindTellsNothingToTheCaller() {
        let error = RPCError(handlerError: Other())
        #expect(error.code == .unknown)
        #expect(error.cause is Other)
        #expect(!error.message.contains("Other"))
    }
}
