import GeneratedRPC
import GeneratedTestMessages
import ProtobufRuntime
import Testing

@Suite struct CollectionTests {
    @Test func repeatedFieldsBehaveLikeArrays() {
        var field: RepeatedField<Int64> = [1, 2, 3, 4, 5]
        var array: [Int64] = [1, 2, 3, 4, 5]
        func check() { #expect(Array(field) == array) }
        field.append(6)
        array.append(6)
        check()
        field.insert(0, at: 0)
        array.insert(0, at: 0)
        check()
        field.remove(at: 3)
        array.remove(at: 3)
        check()
        field.replaceSubrange(1..<3, with: [7, 8, 9, 10])
        array.replaceSubrange(1..<3, with: [7, 8, 9, 10])
        check()
        field.append(contentsOf: [1, 2])
        array.append(contentsOf: [1, 2])
        check()
        field.removeSubrange(2..<5)
        array.removeSubrange(2..<5)
        check()
        field.swapAt(0, 2)
        array.swapAt(0, 2)
        check()
        field.reverse()
        array.reverse()
        check()
        field.sort()
        array.sort()
        check()
        field.removeLast()
        array.removeLast()
        check()
        field.removeAll()
        array.removeAll()
        check()
        field.append(1)
        array.append(1)
        check()
    }

    @Test func elementsThatHoldMemoryCanBeReordered() {
        var message = Everything.with { message in
            for number in 0..<300 {
                message.repeatedNested.append { $0.text = "element \(number)" }
                message.repeatedString.append("text \(number)")
            }
        }
        let original = message
        message.repeatedNested.reverse()
        message.repeatedString.reverse()
        #expect(message.repeatedNested.first?.text == "element 299" && message.repeatedString.last == "text 0")
        message.repeatedNested.sort { $0.text < $1.text }
        #expect(message.repeatedNested.map(\.text) == original.repeatedNested.map(\.text).sorted())
        #expect(original.repeatedNested[0].text == "element 0")
        message.repeatedNested[1].text = "changed"
        message.repeatedNested.removeAll { $0.text != "changed" }
        #expect(message.repeatedNested.count == 1)
    }

    @Test func elementsOfEveryTypeReadAsTheyWereSet() throws {
        let message = Everything.with {
            $0.repeatedDouble = [1.5, -0.0]
            $0.repeatedFloat = [2.5]
            $0.repeatedInt32 = [.min, .max]
            $0.repeatedUint64 = [.max]
            $0.repeatedBool = [true, false, true]
            $0.repeatedString = ["", "é", "a\u{0}"]
            $0.repeatedBytes = [[], [0, 255]]
            $0.repeatedShade = [.dark, .under, .unrecognized(9)]
            $0.repeatedOther = [.with { $0.number = 1 }, .init()]
        }
        #expect(message.repeatedDouble == [1.5, -0.0])
        #expect(message.repeatedFloat == [2.5] && message.repeatedInt32 == [.min, .max])
        #expect(message.repeatedUint64 == [.max] && message.repeatedBool == [true, false, true])
        #expect(message.repeatedString == ["", "é", "a\u{0}"] && message.repeatedBytes == [[], [0, 255]])
        #expect(message.repeatedShade == [.dark, .under, .unrecognized(9)])
        #expect(message.repeatedOther.count == 2 && message.repeatedOther[0].number == 1)
        let index = try #require(Everything.schema.fields.firstIndex { $0.name == "repeated_string" })
        let utf8: RepeatedField<FieldBytes> = message.storage[repeated: index]
        #expect(utf8.map(\.string) == ["", "é", "a\u{0}"])
    }

    @Test func manyAppendsInPlaceKeepEveryElement() {
        var message = Everything()
        for number in 0..<5_000 {
            message.repeatedNested.append {
                $0.number = Int32(number)
                $0.text = "element \(number)"
                $0.everything.timestamp.seconds = Int64(number)
            }
            message.repeatedInt64.append(Int64(number))
        }
        #expect(message.repeatedNested.count == 5_000)
        #expect(message.repeatedNested.enumerated().allSatisfy { $1.number == Int32($0) && $1.text == "element \($0)" })
        #expect(message.repeatedInt64.elementsEqual(0..<5_000))
        #expect(message.repeatedNested[4_999].everything.timestamp.seconds == 4_999)
    }

    @Test func anElementMayBeReplacedOrTakenOutWhileItIsAppended() {
        var list: RepeatedField<Everything.Nested> = []
        var saved = Everything.Nested()
        list.append {
            $0.text = "taken"
            saved = $0
            $0 = .with { $0.text = "put in its place" }
        }
        list[0].number = 2
        #expect(saved.text == "taken" && saved.number == 0)
        #expect(list[0].text == "put in its place" && list[0].number == 2)
    }

    @Test func mapsBehaveLikeDictionaries() {
        var message = Everything()
        message.mapStringString["a"] = "1"
        message.mapStringString["b"] = "2"
        message.mapStringString["a"] = "3"
        message.mapInt32Double = [-1: 0.5, 2: .infinity]
        message.mapBoolBool = [true: false]
        message.mapStringNested["x", default: .init()].text = "in a map"
        message.mapStringBytes["\u{0}"] = [1, 2]
        message.mapStringShade = ["s": .dark]
        #expect(message.mapStringString == ["a": "3", "b": "2"])
        #expect(message.mapInt32Double[-1] == 0.5 && message.mapInt32Double[2] == .infinity)
        #expect(message.mapBoolBool == [true: false])
        #expect(message.mapStringNested["x"]?.text == "in a map")
        #expect(message.mapStringBytes["\u{0}"] == [1, 2] && message.mapStringShade["s"] == .dark)
        message.mapStringString["a"] = nil
        #expect(message.mapStringString.count == 1)
        #expect(Set(message.mapStringString.keys) == ["b"])
        message.mapStringString.removeAll()
        #expect(message.mapStringString.isEmpty)
    }

    @Test func aMapIsWrittenInTheOrderOfItsKeys() throws {
        let one = Everything.with { for key in ["c", "a", "b", "", "é"] { $0.mapStringString[key] = key } }
        let other = Everything.with { $0.mapStringString = ["é": "é", "b": "b", "a": "a", "": "", "c": "c"] }
        #expect(one.serialized() == other.serialized())
    }
}
