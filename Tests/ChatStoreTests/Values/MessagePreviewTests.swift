import ProtobufRuntime
import Testing

@testable import ChatStore

@Suite("Previews")
struct MessagePreviewTests {
    @Test("Of any text: the text itself up to 100 scalars, else 97 and three dots")
    func anyText() {
        var generator = SeededGenerator(stream: 11)
        let letters: [Character] = ["a", "é", "漢", "🙂", "\n", "\u{301}"]
        for _ in 0..<500 {
            let count = Int.random(in: 0...210, using: &generator)
            let text = String((0..<count).map { _ in letters.randomElement(using: &generator) ?? "a" })
            let scalars = text.unicodeScalars
            let expected =
                scalars.count <= 100 ? text : String(String.UnicodeScalarView(scalars.prefix(97))) + "..."
            let preview = String(decoding: MessagePreview.bytes(of: FieldBytes(text)), as: UTF8.self)
            #expect(preview.unicodeScalars.elementsEqual(expected.unicodeScalars))
        }
    }
}
