/// A JSON value whose members keep the order in which they were put, so that the same document is always the same text.
indirect enum JSONText {
    case string(String)
    case integer(Int64)
    case bool(Bool)
    case array([JSONText])
    case object([(String, JSONText)])

    /// With two blanks of indentation and a line break at the end.
    var document: String {
        var text = ""
        write(to: &text, indentation: "")
        return text + "\n"
    }

    private func write(to text: inout String, indentation: String) {
        switch self {
        case .string(let value): text += Self.quoted(value)
        case .integer(let value): text += String(value)
        case .bool(let value): text += value ? "true" : "false"
        case .array(let values):
            Self.list("[", values, "]", to: &text, indentation) { value, text in
                value.write(to: &text, indentation: indentation + "  ")
            }
        case .object(let members):
            Self.list("{", members, "}", to: &text, indentation) { member, text in
                text += Self.quoted(member.0) + ": "
                member.1.write(to: &text, indentation: indentation + "  ")
            }
        }
    }

    private static func list<Element>(
        _ opening: String, _ elements: [Element], _ closing: String, to text: inout String, _ indentation: String,
        _ write: (Element, inout String) -> Void
    ) {
        text += opening
        for (index, element) in elements.enumerated() {
            text += (index == 0 ? "\n" : ",\n") + indentation + "  "
            write(element, &text)
        }
        text += (elements.isEmpty ? "" : "\n" + indentation) + closing
    }

    /// RFC 8259 §7: quotes, backslashes and control characters are escaped.
    private static func quoted(_ value: String) -> String {
        var result = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension JSONText: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(arrayLiteral elements: JSONText...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSONText)...) { self = .object(elements) }

    /// An object with these members behind its own.
    func adding(_ members: [(String, JSONText)]) -> JSONText {
        guard case .object(let own) = self else { return self }
        return .object(own + members)
    }
}
