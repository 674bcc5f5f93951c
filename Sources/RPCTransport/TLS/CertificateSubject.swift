/// Reads the subject of an X.509 certificate, which NIOSSL has and does not show.
///
/// The bytes may be anything: what is not as RFC 5280 §4.1 has it ends the reading.
enum CertificateSubject {
    /// The last common name of the subject (the most specific one); nil if there is none.
    static func commonName(certificate der: [UInt8]) -> String? {
        // Certificate ::= SEQUENCE { TBSCertificate ::= SEQUENCE { [0] version OPTIONAL, serialNumber, signature, issuer,
        // validity, subject, … }, … }
        var certificate = DERReader(der[...])
        guard var outer = certificate.nested(.sequence), var fields = outer.nested(.sequence) else { return nil }
        _ = fields.nested(.version)
        guard fields.element(.integer) != nil, fields.element(.sequence) != nil, fields.element(.sequence) != nil,
            fields.element(.sequence) != nil, var subject = fields.nested(.sequence)
        else { return nil }
        // Name ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value }
        var found: String?
        while var names = subject.nested(.set) {
            while var attribute = names.nested(.sequence) {
                guard let type = attribute.element(.objectIdentifier), let value = attribute.anyElement() else { break }
                if type.elementsEqual(commonNameType) { found = text(value.tag, value.content) }
            }
        }
        return found
    }

    /// 2.5.4.3
    private static let commonNameType: [UInt8] = [0x55, 0x04, 0x03]

    /// Of the kinds of string, those that are in use: UTF8String, PrintableString, IA5String.
    private static func text(_ tag: UInt8, _ content: ArraySlice<UInt8>) -> String? {
        guard [0x0C, 0x13, 0x16].contains(tag), !content.contains(0) else { return nil }
        return String(validating: content, as: UTF8.self)
    }
}

/// Goes through DER (X.690) element by element.
struct DERReader {
    enum Tag: UInt8 {
        case integer = 0x02
        case objectIdentifier = 0x06
        case sequence = 0x30
        case set = 0x31
        case version = 0xA0
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The content of the next element, if it has that tag; otherwise nothing is taken.
    mutating func element(_ tag: Tag) -> ArraySlice<UInt8>? {
        guard rest.first == tag.rawValue else { return nil }
        return anyElement()?.content
    }

    mutating func nested(_ tag: Tag) -> DERReader? {
        element(tag).map { DERReader($0) }
    }

    mutating func anyElement() -> (tag: UInt8, content: ArraySlice<UInt8>)? {
        var bytes = rest
        guard let tag = bytes.popFirst(), let first = bytes.popFirst() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            // The number of bytes of the length; more than three would be no certificate.
            let count = Int(first & 0x7F)
            guard (1...3).contains(count), bytes.count >= count else { return nil }
            length = bytes.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            bytes = bytes.dropFirst(count)
        }
        guard bytes.count >= length else { return nil }
        rest = bytes.dropFirst(length)
        return (tag, bytes.prefix(length))
    }
}
