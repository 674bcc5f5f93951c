/// google.api.HttpRule.
struct HTTPRule {
    var method = ""
    var path = ""
    /// "*", a field's name, or empty.
    var body = ""
    var responseBody = ""
    var additional: [HTTPRule] = []

    init(_ bytes: ArraySlice<UInt8>) throws(GeneratorError) {
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 2: (method, path) = ("GET", field.string)
            case 3: (method, path) = ("PUT", field.string)
            case 4: (method, path) = ("POST", field.string)
            case 5: (method, path) = ("DELETE", field.string)
            case 6: (method, path) = ("PATCH", field.string)
            case 7: body = field.string
            case 8: (method, path) = try Self.custom(field.bytes)
            case 11: additional.append(try HTTPRule(field.bytes))
            case 12: responseBody = field.string
            default: break
            }
        }
    }

    private static func custom(_ bytes: ArraySlice<UInt8>) throws(GeneratorError) -> (String, String) {
        var kind = ""
        var path = ""
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 1: kind = field.string
            case 2: path = field.string
            default: break
            }
        }
        return (kind, path)
    }
}

/// chatrpc.RestOptions.
struct RESTOptions {
    var successCode: Int32 = 200
    var hasStatusMember = false

    init() {}

    init(_ bytes: ArraySlice<UInt8>) throws(GeneratorError) {
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 1: successCode = field.int32 == 0 ? 200 : field.int32
            case 2: hasStatusMember = field.bool
            default: break
            }
        }
    }
}
