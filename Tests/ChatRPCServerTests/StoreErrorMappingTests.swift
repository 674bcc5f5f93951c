import ChatStore
import RPCCore
import Testing

@testable import ChatRPCServer

@Suite struct StoreErrorMappingTests {
    @Test(arguments: [
        (StoreError.Code.sessionNotFound, StatusCode.notFound, "SESSION_NOT_FOUND"),
        (.messageNotFound, .notFound, "MESSAGE_NOT_FOUND"),
        (.messageConflict, .alreadyExists, "MESSAGE_ID_CONFLICT"),
        (.sessionDeleted, .failedPrecondition, "SESSION_DELETED"),
        (.epochStale, .failedPrecondition, "EPOCH_STALE"),
        (.rowRefused, .invalidArgument, "ROW_REFUSED"),
        (.overloaded, .resourceExhausted, "OVERLOADED"),
        (.unavailable, .unavailable, "STORE_UNAVAILABLE"),
        (.inDoubt, .unavailable, "IN_DOUBT"),
        (.deadlineExceeded, .deadlineExceeded, "DEADLINE_EXCEEDED"),
        (.failed, .internalError, "INTERNAL"),
    ])
    func everyFailureHasItsCodeAndReasonAndHidesTheDatabase(
        _ failure: StoreError.Code, _ code: StatusCode, _ reason: String
    ) {
        let error = RPCError(StoreError(failure, "relation \"secret_table\" at 10.0.0.1"))
        #expect(error.code == code)
        #expect(error.reason == reason)
        #expect(!error.message.contains("secret_table"))
        #expect(!error.message.contains("10.0.0.1"))
    }

    @Test func whatMayBeTriedAgainSaysWhen() {
        for code in [StoreError.Code.overloaded, .unavailable, .inDoubt] {
            #expect(RPCError(StoreError(code)).retryDelay != nil)
        }
        #expect(RPCError(StoreError(.unavailable, retryAfter: .seconds(7))).retryDelay == .seconds(7))
    }

    @Test func anItemOfABatchIsNamedByItsPath() {
        let error = RPCError(StoreError(.messageConflict, index: 3)) { "messages[\($0)]." }
        #expect(error.fieldViolations.first?.field == "messages[3].message_id")
        #expect(error.message.contains("messages[3].message_id"))
    }

    @Test func aReadIsNotToldThatNothingWasWritten() async {
        for code in [StoreError.Code.unavailable, .overloaded] {
            let error = await #expect(throws: RPCError.self) { try await reading { throw StoreError(code) } }
            #expect(error?.message.contains("writ") == false)
        }
        #expect(RPCError(StoreError(.unavailable)).message.contains("nothing was written"))
    }
}
