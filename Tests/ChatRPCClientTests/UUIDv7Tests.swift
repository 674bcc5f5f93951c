import Testing

@testable import ChatRPCClient

@Suite("Minted ids")
struct UUIDv7Tests {
    @Test("the example of RFC 9562, appendix A.6")
    func example() {
        let text = UUIDv7.text(
            millisecondsSince1970: 0x017F_22E2_79B0, random: (0x0CC3, 0x18C4_DC0C_0C07_398F))
        #expect(text == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test("version and variant stand, whatever the random bits are", arguments: [0, UInt64.max])
    func fixedBits(random: UInt64) {
        let text = Array(UUIDv7.text(millisecondsSince1970: 0, random: (random, random)))
        #expect(text[14] == "7")
        #expect(text[19] == (random == 0 ? "8" : "b"))
    }

    @Test("ids made later sort later, and none comes twice")
    func order() {
        let early = UUIDv7.text(millisecondsSince1970: 1_000, random: (.max, .max))
        let late = UUIDv7.text(millisecondsSince1970: 1_001, random: (0, 0))
        #expect(early < late)
        #expect(Set((0..<1_000).map { _ in UUIDv7.make() }).count == 1_000)
    }
}
