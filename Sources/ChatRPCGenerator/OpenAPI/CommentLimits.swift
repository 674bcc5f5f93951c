/// What the comment of a field says that JSON Schema can say, too.
///
/// The comments of a contract state limits in a few fixed forms; these become keywords, whatever else is said stays
/// description:
///
/// | comment | of a string | of a number | of a repeated field |
/// |---|---|---|---|
/// | `1 to 200 …` | minLength, maxLength (`characters` only) | minimum, maximum | minItems, maxItems |
/// | `At most 200 …` | maxLength (`characters` only) | maximum | maxItems |
/// | `… 0 or more` | | minimum 0 | |
/// | `A UUID`, `…, a UUID` | format uuid | | |
///
/// A field whose comment begins with `Required`, or whose least is 1 or more, has to be there (an absent one would be
/// empty or 0), unless it is `optional`.
///
/// A limit in bytes has no keyword: JSON Schema counts characters.
struct CommentLimits {
    let comment: String

    func isRequired(_ field: FieldDescriptor) -> Bool {
        comment.hasPrefix("Required") || !field.hasPresence && range?.lowest ?? 0 >= 1
    }

    func keywords(for field: FieldDescriptor) -> [(String, JSONText)] {
        if field.isRepeated { return bounds("minItems", "maxItems") }
        switch field.kind {
        case .string:
            if saysUUID { return [("format", "uuid")] }
            return unit == "characters" ? bounds("minLength", "maxLength") : []
        case .bool, .bytes, .enumeration, .message, .group: return []
        default: return numberBounds
        }
    }

    private var words: [Substring] {
        comment.split(whereSeparator: { $0.isWhitespace })
    }

    private var saysUUID: Bool {
        let firstSentence = comment.prefix { $0 != "." && $0 != ";" }
        return firstSentence.hasPrefix("A UUID") || firstSentence.contains(", a UUID")
            || firstSentence.contains(": a UUID")
    }

    /// The smallest and the greatest, as far as the comment begins with them, and what they count.
    private var range: (lowest: Int64?, highest: Int64?, unit: String)? {
        let words = words
        if words.count >= 3, let low = Self.number(words[0]), words[1] == "to", let high = Self.number(words[2]) {
            return (low, high, words.count > 3 ? Self.plain(words[3]) : "")
        }
        if words.count >= 3, words[0] == "At", words[1] == "most", let high = Self.number(words[2]) {
            return (nil, high, words.count > 3 ? Self.plain(words[3]) : "")
        }
        return nil
    }

    private var unit: String { range?.unit ?? "" }

    private func bounds(_ minimum: String, _ maximum: String) -> [(String, JSONText)] {
        guard let range else { return [] }
        return (range.lowest.map { [(minimum, .integer($0))] } ?? [])
            + (range.highest.map { [(maximum, .integer($0))] } ?? [])
    }

    /// A number's limits often follow what it means: "The page's length, 1 to 500; absent means 200."
    private var numberBounds: [(String, JSONText)] {
        let words = words
        for index in words.indices.dropLast(2) where words[index + 1] == "to" {
            if let low = Self.number(words[index]), let high = Self.number(words[index + 2]) {
                return [("minimum", .integer(low)), ("maximum", .integer(high))]
            }
        }
        return comment.contains("0 or more") ? [("minimum", .integer(0))] : bounds("minimum", "maximum")
    }

    private static func number(_ word: Substring) -> Int64? {
        Int64(plain(word).filter { $0 != "," })
    }

    private static func plain(_ word: Substring) -> String {
        String(word.reversed().drop { ".,;:".contains($0) }.reversed())
    }
}
