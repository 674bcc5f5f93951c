import ChatStore
import Testing

@Suite("UUIDs")
struct UUIDTests {
    @Test("Text in either case is read, and written in lower case")
    func text() throws {
        let text = "0123abcd-4567-89ef-fedc-ba9876543210"
        let id = try #require(UUID(text))
        #expect(id.high == 0x0123_abcd_4567_89ef && id.low == 0xfedc_ba98_7654_3210)
        #expect(id.description == text)
        #expect(UUID(text.uppercased()) == id)
        #expect(UUID("00000000-0000-0000-0000-000000000000") == UUID(high: 0, low: 0))
        #expect(UUID(high: .max, low: .max).description == "ffffffff-ffff-ffff-ffff-ffffffffffff")
    }

    @Test(
        "Everything else is refused",
        arguments: [
            "", "0123abcd", "0123abcd-4567-89ef-fedc-ba987654321", "0123abcd-4567-89ef-fedc-ba98765432100",
            "0123abcd-4567-89ef-fedc-ba987654321g", "0123abcd_4567_89ef_fedc_ba9876543210",
            "{0123abcd-4567-89ef-fedc-ba98765432}", "0123abcd456789effedcba98765432100000",
            "0123abcd-4567-89ef-fedc-ba987654321 ",
            "0123abcd-4567-89ef-fedc-ba98765432\u{e9}", "-123abcd-4567-89ef-fedc-ba9876543210",
        ])
    func refused(_ text: String) {
        #expect(UUID(text) == nil)
    }

    @Test("Any two words survive the text form")
    func roundTrip() {
        var generator = SeededGenerator(stream: 7)
        for _ in 0..<1000 {
            let id = UUID(high: generator.next(), low: generator.next())
            #expect(UUID(id.description) == id)
        }
    }

    @Test("They are ordered as their text is")
    func order() {
        var generator = SeededGenerator(stream: 8)
        let ids = (0..<100).map { _ in UUID(high: generator.next(), low: generator.next()) }
        #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted())
        #expect(UUID(high: 1, low: 0) > UUID(high: 0, low: .max))
    }

    @Test("Version 7 has the time in front, the version and the variant in their places, and later is greater")
    func version7() {
        var generator = SeededGenerator(stream: 9)
        var last = UUID(high: 0, low: 0)
        for time: UInt64 in [0, 1, 1_700_000_000_000, 1_700_000_000_001, 1 << 48 - 1] {
            let id = UUID.version7(millisecondsSince1970: time, using: &generator)
            #expect(id.high >> 16 == time)
            #expect(id.high >> 12 & 0xF == 7)
            #expect(id.low >> 62 == 2)
            #expect(id > last)
            last = id
        }
        let many = Set((0..<1000).map { _ in UUID.version7(millisecondsSince1970: 1, using: &generator) })
        #expect(many.count == 1000)
    }
}
