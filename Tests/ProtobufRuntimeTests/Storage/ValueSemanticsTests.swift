import GeneratedTestMessages
import ProtobufRuntime
import Testing

/// A message is a value: whatever shares its memory, a change to one is never seen in another.
@Suite struct ValueSemanticsTests {
    private static let sample = Everything.with {
        $0.int32Value = 1
        $0.stringValue = "one"
        $0.nestedValue.text = "inner"
        $0.repeatedNested = [.with { $0.number = 10 }, .with { $0.number = 20 }]
        $0.repeatedString = ["a", "b"]
        $0.choiceNested.number = 5
    }

    @Test func aChangedCopyLeavesTheOriginalAsItWas() {
        let original = Self.sample
        var copy = original
        copy.int32Value = 2
        copy.stringValue = "two"
        copy.nestedValue.text = "changed"
        copy.repeatedNested[0].number = 11
        copy.repeatedString.append("c")
        copy.choiceString = "other"
        #expect(original == Self.sample)
        #expect(original.nestedValue.text == "inner")
        #expect(copy.nestedValue.text == "changed")
        #expect(copy.repeatedNested.map(\.number) == [11, 20])
        #expect(copy.repeatedString == ["a", "b", "c"])
        #expect(copy.choice == .choiceString("other"))
    }

    @Test func aChangedOriginalLeavesItsPartsAsTheyWere() {
        var message = Self.sample
        let nested = message.nestedValue
        let elements = message.repeatedNested
        let element = elements[1]
        let text = message.stringValueUTF8
        message.stringValue = "ONE"
        message.nestedValue.text = "other"
        message.repeatedNested[1].number = 99
        #expect(nested.text == "inner")
        #expect(elements.map(\.number) == [10, 20])
        #expect(element.number == 20)
        #expect(text.string == "one")
    }

    @Test func aPartOutlivesItsMessageAndMayBeChanged() {
        var part = { Self.sample.nestedValue }()
        var list = { Self.sample.repeatedNested }()
        part.text += "!"
        list[0].number += 1
        list.append { $0.number = 30 }
        #expect(part.text == "inner!")
        #expect(list.map(\.number) == [11, 20, 30])
        #expect(Self.sample.nestedValue.text == "inner")
    }

    @Test func theEmptyMessageIsSharedAndNeverWritten() {
        var one = Everything()
        var other = Everything()
        one.int32Value = 7
        #expect(other.int32Value == 0)
        other.nestedValue.number = 3
        #expect(Everything().hasNestedValue == false)
        #expect(Everything().nestedValue.number == 0)
        #expect(Everything() == Everything())
    }

    @Test func aCopyTakenOutOfAChangeInPlaceStaysAsItWasTaken() {
        var message = Self.sample
        var saved = Everything.Nested()
        func change(_ nested: inout Everything.Nested) {
            nested.text = "before"
            saved = nested
            nested.text = "after"
        }
        change(&message.nestedValue)
        #expect(saved.text == "before")
        #expect(message.nestedValue.text == "after")
        saved.text = "later"
        message.nestedValue.number = 1
        #expect(message.nestedValue.text == "after")
        #expect(saved.text == "later")
    }

    @Test func aCopyTakenOutAsTheLastActStaysAsItWasTaken() {
        var message = Self.sample
        var saved = Everything.Nested()
        func take(_ nested: inout Everything.Nested) {
            nested.text = "shared"
            saved = nested
        }
        take(&message.nestedValue)
        message.nestedValue.text = "mine"
        #expect(saved.text == "shared")
        saved.number = 8
        #expect(message.nestedValue.number == 0)
        #expect(message.nestedValue.text == "mine")
    }

    @Test func whatReplacesALentMessageIsCopiedIn() {
        var message = Self.sample
        var replacement = Everything.Nested.with { $0.text = "new" }
        var old = Everything.Nested()
        func replace(_ nested: inout Everything.Nested) {
            old = nested
            nested = replacement
            old.text = "old, changed while its owner waits"
        }
        replace(&message.nestedValue)
        replacement.text = "changed later"
        #expect(message.nestedValue.text == "new")
        #expect(old.text == "old, changed while its owner waits")
        message.nestedValue.text = "x"
        #expect(old.text == "old, changed while its owner waits")
    }

    @Test func aLentMessageMayBeReplacedByAPartOfItself() {
        var tree = Tree.with {
            $0.left.number = 1
            $0.left.left.number = 2
            $0.left.left.left.number = 3
        }
        func climb(_ tree: inout Tree) { tree = tree.left }
        climb(&tree.left)
        #expect(tree.left.number == 2)
        #expect(tree.left.left.number == 3)
        tree.left.left.number = 4
        #expect(tree.left.left.number == 4)
    }

    @Test func aGrandchildTakenOutIsSafeFromItsParentAndGrandparent() {
        var tree = Tree.with { $0.left.left.number = 1 }
        var saved = Tree()
        func inner(_ tree: inout Tree) { saved = tree }
        func outer(_ tree: inout Tree) {
            inner(&tree.left)
            tree.left.number = 2
        }
        outer(&tree.left)
        #expect(saved.number == 1)
        #expect(tree.left.left.number == 2)
        tree.left.left.number = 3
        #expect(saved.number == 1)
    }

    @Test func aThrowLeavesWhatWasDoneAndNothingBroken() {
        struct Stop: Error {}
        var message = Self.sample
        #expect(throws: Stop.self) {
            try message.storage.modifyMessage(18) { storage throws(Stop) in
                storage.setInt32(0, 77)
                throw Stop()
            }
        }
        #expect(message.nestedValue.number == 77)
        #expect(throws: Stop.self) {
            try message.repeatedNested.append { element throws(Stop) in
                element.number = 30
                throw Stop()
            }
        }
        #expect(message.repeatedNested.map(\.number) == [10, 20])
        message.repeatedNested.append { $0.number = 40 }
        #expect(message.repeatedNested.map(\.number) == [10, 20, 40])
    }

    @Test func aMessageMayBeSetToAPartOfItself() {
        var tree = Tree.with {
            $0.number = 1
            $0.children = [.with { $0.number = 2 }]
        }
        tree.left = tree
        tree.children.append(tree)
        tree.children[0] = tree.children[1]
        #expect(tree.left.number == 1)
        #expect(tree.left.left.number == 0)
        #expect(tree.children.map(\.number) == [1, 1])
        #expect(tree.children[0] == tree.children[1])
    }

    @Test func valuesCanBeChangedOnManyThreadsAtOnce() async {
        let original = Self.sample
        let sums = await withTaskGroup(of: Int.self, returning: [Int].self) { group in
            for task in 0..<8 {
                group.addTask {
                    var copy = original
                    for round in 0..<500 {
                        var part = copy.repeatedNested[round % 2]
                        part.number = Int32(task)
                        copy.repeatedNested[round % 2] = part
                        copy.nestedValue.text = "task \(task)"
                    }
                    return copy.repeatedNested.map { Int($0.number) }.reduce(0, +)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sums.sorted() == (0..<8).map { $0 * 2 })
        #expect(original == Self.sample)
    }
}
