import GeneratedTestMessages
import ProtobufRuntime
import Testing

@Suite struct EqualityTests {
    @Test func equalContentIsEqualAndHashesAlike() throws {
        for seed in 0..<50 as Range<UInt64> {
            var random = RandomMessage(seed: seed)
            let message: Everything = random.make()
            let again = try Everything(serialized: message.serialized())
            #expect(message == again)
            #expect(message.hashValue == again.hashValue)
        }
    }

    @Test func floatsAreComparedByTheirBits() {
        let nan = Everything.with { $0.doubleValue = .nan }
        #expect(nan == Everything.with { $0.doubleValue = .nan })
        #expect(Everything.with { $0.doubleValue = -0.0 } != Everything.with { $0.doubleValue = 0.0 })
        #expect(Everything.with { $0.doubleValue = -0.0 } != Everything())
    }

    @Test func mapsAreComparedWithoutTheirOrder() throws {
        let entry: (String, String) -> [UInt8] = { key, value in
            WireBytes.make {
                $0.message(134) {
                    $0.text(1, key)
                    $0.text(2, value)
                }
            }
        }
        let one = try Everything(serialized: entry("a", "1") + entry("b", "2"))
        let other = try Everything(serialized: entry("b", "2") + entry("a", "1"))
        #expect(one == other && one.hashValue == other.hashValue)
        #expect(try one != Everything(serialized: entry("a", "1") + entry("b", "3")))
        #expect(try one != Everything(serialized: entry("a", "1") + entry("c", "2")))
        #expect(try one != Everything(serialized: entry("a", "1")))
    }

    @Test func anEntryWithoutAValueHasTheDefaultOne() throws {
        let bare = try Everything(serialized: WireBytes.make { $0.message(136) { $0.text(1, "k") } })
        #expect(bare == Everything.with { $0.mapStringNested["k"] = .init() })
        #expect(bare.mapStringNested["k"]?.number == 0)
    }

    @Test func presenceAndUnknownFieldsCount() throws {
        #expect(Everything.with { $0.optionalInt32 = 0 } != Everything())
        #expect(Everything.with { $0.nestedValue = .init() } != Everything())
        let unknown = try Older(serialized: WireBytes.make { $0.number(9, 1) })
        #expect(unknown != Older())
        #expect(try unknown == Older(serialized: WireBytes.make { $0.number(9, 1) }))
        #expect(try unknown != Older(serialized: WireBytes.make { $0.number(9, 2) }))
    }

    @Test func oneofMembersOfTheSameBytesDiffer() {
        #expect(Everything.with { $0.choiceInt32 = 1 } != Everything.with { $0.choiceUint32 = 1 })
    }
}
