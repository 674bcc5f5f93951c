import ChatStore
import Testing

@testable import ChatRPCServer

@Suite struct CursorTokenTests {
    static let cursor = ChangeCursor(
        storeID: UUID(high: .max, low: 1), sessionID: UUID(high: 2, low: .max), resetEpoch: 3, seq: .max, revision: 5,
        sessionRevision: -1)

    @Test func whatIsMadeIsRead() {
        let text = CursorToken.make(Self.cursor)
        #expect(CursorToken.parse(text) == Self.cursor)
        #expect(text.utf8.allSatisfy { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "=") })
    }

    @Test func anythingElseIsNoCursor() {
        let text = CursorToken.make(Self.cursor)
        for bad in ["", "x", "AA", String(text.dropLast()), text + "AAAA", "B" + text.dropFirst(), "é" + text] {
            #expect(CursorToken.parse(bad) == nil, "\(bad)")
        }
        var negative = Self.cursor
        negative.seq = -1
        #expect(CursorToken.parse(CursorToken.make(negative)) == nil)
    }
}
