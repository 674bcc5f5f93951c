/// A proto enum as a Swift enum that keeps numbers it does not know.
struct EnumText {
    let enumeration: EnumDescriptor
    let swiftName: String
    private let caseNames: [String]

    init(_ enumeration: EnumDescriptor, swiftName: String) {
        self.enumeration = enumeration
        self.swiftName = swiftName
        caseNames = Self.caseNames(enumeration)
    }

    func write(to text: inout SwiftText) {
        text.documentation(enumeration.documentation, otherwise: "`\(enumeration.fullName)`.")
        text.block("public enum \(swiftName): ProtobufEnum") { text in
            writeCases(&text)
            text.line()
            writeRawValue(&text)
            text.line()
            writeSchema(&text)
        }
    }

    /// The values in the order of their declaration, without later names of the same number.
    private var distinct: [(value: EnumDescriptor.Value, name: String)] {
        var seen: Set<Int32> = []
        return zip(enumeration.values, caseNames).filter { seen.insert($0.0.number).inserted }
            .map { (value: $0.0, name: $0.1) }
    }

    private func writeCases(_ text: inout SwiftText) {
        for (value, name) in distinct {
            text.documentation(value.documentation)
            text.line("case \(Identifier.declared(name))")
        }
        text.line("/// A number that this version of the enum has no name for.")
        text.line("case unrecognized(Int32)")
        var written = Set(distinct.map(\.name))
        for (value, name) in zip(enumeration.values, caseNames) where written.insert(name).inserted {
            guard let original = distinct.first(where: { $0.value.number == value.number })?.name else { continue }
            text.line()
            text.documentation(value.documentation, otherwise: "Another name of `\(original)`.")
            text.line("public static var \(Identifier.declared(name)): Self { .\(original) }")
        }
    }

    private func writeRawValue(_ text: inout SwiftText) {
        text.block("public init(rawValue: Int32)") { text in
            text.cases(of: "rawValue") { text in
                for (value, name) in distinct { text.line("case \(value.number): self = .\(name)") }
                text.line("default: self = .unrecognized(rawValue)")
            }
        }
        text.line()
        text.block("public var rawValue: Int32") { text in
            text.cases(of: "self") { text in
                for (value, name) in distinct { text.line("case .\(name): \(value.number)") }
                text.line("case .unrecognized(let number): number")
            }
        }
    }

    private func writeSchema(_ text: inout SwiftText) {
        text.line("public static let schema: EnumSchema = EnumSchema(")
        text.indented { text in
            text.line("\(SwiftText.literal(enumeration.fullName)),")
            text.line("[")
            text.indented { text in
                for value in enumeration.values {
                    let rest = value.jsonValue.map { ", rest: \(SwiftText.literal($0))" } ?? ""
                    text.line("EnumValueSchema(\(value.number), \(SwiftText.literal(value.name))\(rest)),")
                }
            }
            text.line("])")
        }
    }

    /// Names without the enum's own name before them, where every value has it.
    private static func caseNames(_ enumeration: EnumDescriptor) -> [String] {
        let prefix = Identifier.upperSnake(enumeration.name) + "_"
        let strips = enumeration.values.allSatisfy { value in
            value.name.uppercased().hasPrefix(prefix) && value.name.count > prefix.count
                && !Identifier.startsWithDigit(value.name.dropFirst(prefix.count).drop { $0 == "_" })
        }
        var numbers: [String: Int32] = [:]
        return enumeration.values.map { value in
            let name = Identifier.lowerCamel(strips ? value.name.dropFirst(prefix.count) : value.name[...])
            let safe = ReservedNames.enumCase(name)
            // A second value of the name: the same number makes it the same case, another number another name.
            guard let number = numbers[safe], number != value.number else {
                numbers[safe] = value.number
                return safe
            }
            return "\(safe)_\(value.number < 0 ? "minus\(value.number.magnitude)" : "\(value.number)")"
        }
    }
}
