import Testing

@testable import ChatStore

@Suite("The seqs of a page")
struct MessageRangeTests {
    private func range(
        offset: Int64 = 0, after: Int64? = nil, before: Int64? = nil, newestFirst: Bool = false, tombstones: Int64 = 0
    ) -> MessageRange {
        let query = MessageQuery(
            sessionID: UUID(high: 0, low: 0), offset: offset, afterSeq: after, beforeSeq: before,
            newestFirst: newestFirst)
        return MessageRange(
            of: query,
            in: SessionCounters(lastSeq: 20, epochFirstSeq: 11, tombstoneCount: tombstones))
    }

    @Test("Without tombstones an offset is arithmetic, from either end")
    func arithmetic() {
        #expect((range().above, range().below, range().skip) == (10, 21, 0))
        #expect((range(offset: 3).above, range(offset: 3).skip) == (13, 0))
        #expect((range(offset: 3, newestFirst: true).below, range(offset: 3, newestFirst: true).above) == (18, 10))
        #expect(range(offset: 2, after: 15).above == 17)
        #expect(range(offset: 2, before: 15, newestFirst: true).below == 13)
    }

    @Test("With tombstones an offset is counted")
    func counted() {
        let counted = range(offset: 3, tombstones: 1)
        #expect((counted.above, counted.below, counted.skip) == (10, 21, 3))
    }

    @Test("Bounds outside the epoch are the epoch's")
    func bounds() {
        #expect((range(after: 2).above, range(before: 99).below) == (10, 21))
    }

    @Test("The largest numbers make an empty range, and no overflow")
    func extremes() {
        #expect(range(offset: .max).isEmpty)
        #expect(range(offset: .max, newestFirst: true).isEmpty)
        #expect(range(offset: .max, after: .max).isEmpty)
        #expect(range(offset: .max, before: .min, newestFirst: true).isEmpty)
        #expect(range(after: .max).isEmpty)
        #expect(range(before: .min).isEmpty)
        #expect(range(after: 15, before: 16).isEmpty)
        #expect(!range(after: 15, before: 17).isEmpty)
    }
}
