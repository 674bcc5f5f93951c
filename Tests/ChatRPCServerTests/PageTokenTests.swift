import ChatStore
import Testing

@testable import ChatRPCServer

@Suite struct PageTokenTests {
    @Test(arguments: [0, -1, -62_135_596_800_000_000, 253_402_300_799_999_999, 1_700_000_000_000_000])
    func aTokenNamesItsPosition(_ time: Int64) {
        let position = SessionPosition(lastActivity: time, id: UUID(high: 1, low: .max))
        #expect(PageToken.parse(PageToken.make(position)) == position)
    }

    @Test(arguments: [
        "", "v1", "v1..", "v2.1.00000000-0000-0000-0000-000000000000", "v1.1.x", "v1.1.2.3",
        "v1.-9223372036854775808.00000000-0000-0000-0000-000000000000",
    ])
    func anyOtherTextIsNone(_ text: String) {
        #expect(PageToken.parse(text) == nil)
    }
}
