// Descriptors from their encoded form. The numbers are those of google/protobuf/descriptor.proto; the paths are
// SourceCodeInfo's: field number, index, field number, index …

extension FileDescriptor {
    init(serialized bytes: ArraySlice<UInt8>) throws(GeneratorError) {
        let comments = try Self.comments(bytes)
        documentation = comments.comment(at: [12])
        // The package comes first in what protoc writes, but nothing promises it.
        for field in try WireReader.fields(of: bytes) where field.number <= 2 {
            if field.number == 1 { name = field.string } else { package = field.string }
        }
        let scope = package.isEmpty ? "" : package + "."
        for field in try WireReader.fields(of: bytes) {
            if field.number != 9 { serialized += field.raw }
            switch field.number {
            case 3: dependencies.append(field.string)
            case 4:
                let path = [4, Int32(messages.count)]
                messages.append(try MessageDescriptor(field.bytes, scope: scope, path: path, comments))
            case 5:
                let path = [5, Int32(enums.count)]
                enums.append(try EnumDescriptor(field.bytes, scope: scope, path: path, comments))
            case 6:
                let path = [6, Int32(services.count)]
                services.append(try ServiceDescriptor(field.bytes, scope: scope, path: path, comments))
            case 7: extensions.append(try ExtensionDescriptor(field.bytes, scope: scope))
            case 12: syntax = field.string
            default: break
            }
        }
    }

    private static func comments(_ bytes: ArraySlice<UInt8>) throws(GeneratorError) -> SourceComments {
        for field in try WireReader.fields(of: bytes) where field.number == 9 {
            return try SourceComments(field.bytes)
        }
        return SourceComments()
    }
}

extension MessageDescriptor {
    fileprivate init(
        _ bytes: ArraySlice<UInt8>, scope: String, path: [Int32], _ comments: SourceComments
    ) throws(GeneratorError) {
        documentation = comments.comment(at: path)
        for field in try WireReader.fields(of: bytes) where field.number == 1 { name = field.string }
        fullName = scope + name
        let inner = fullName + "."
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 2:
                fields.append(try FieldDescriptor(field.bytes, path: path + [2, Int32(fields.count)], comments))
            case 3:
                let nested = path + [3, Int32(messages.count)]
                messages.append(try MessageDescriptor(field.bytes, scope: inner, path: nested, comments))
            case 4:
                let nested = path + [4, Int32(enums.count)]
                enums.append(try EnumDescriptor(field.bytes, scope: inner, path: nested, comments))
            case 6: extensions.append(try ExtensionDescriptor(field.bytes, scope: inner))
            case 7: try readOptions(field.bytes)
            case 8:
                var oneof = OneofDescriptor()
                oneof.documentation = comments.comment(at: path + [8, Int32(oneofs.count)])
                for part in try WireReader.fields(of: field.bytes) where part.number == 1 { oneof.name = part.string }
                oneofs.append(oneof)
            default: break
            }
        }
        for field in fields where field.isOptional {
            if let oneof = field.oneof, oneofs.indices.contains(oneof) { oneofs[oneof].isSynthetic = true }
        }
    }

    private mutating func readOptions(_ bytes: ArraySlice<UInt8>) throws(GeneratorError) {
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 3: isDeprecated = field.bool
            case 7: isMapEntry = field.bool
            default: break
            }
        }
    }
}

extension ExtensionDescriptor {
    fileprivate init(_ bytes: ArraySlice<UInt8>, scope: String) throws(GeneratorError) {
        var name = ""
        var extendee = ""
        var number: Int32 = 0
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 1: name = field.string
            case 2: extendee = String(field.string.drop { $0 == "." })
            case 3: number = field.int32
            default: break
            }
        }
        self.init(fullName: scope + name, extendee: extendee, number: number)
    }
}

extension FieldDescriptor {
    fileprivate init(
        _ bytes: ArraySlice<UInt8>, path: [Int32], _ comments: SourceComments
    ) throws(GeneratorError) {
        documentation = comments.comment(at: path)
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 1: name = field.string
            case 3: number = field.int32
            case 4:
                isRepeated = field.int32 == 3
                isRequired = field.int32 == 2
            case 5:
                guard let kind = Kind(rawValue: field.int32) else {
                    throw GeneratorError("field \(name) has a type that is not known: \(field.int32)")
                }
                self.kind = kind
            case 6: typeName = String(field.string.drop { $0 == "." })
            case 8: try readOptions(field.bytes)
            case 9: oneof = Int(field.int32)
            case 10: jsonName = field.string
            case 17: isOptional = field.bool
            default: break
            }
        }
    }

    private mutating func readOptions(_ bytes: ArraySlice<UInt8>) throws(GeneratorError) {
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 2: packed = field.bool
            case 3: isDeprecated = field.bool
            case 50611: isRawJSON = field.bool
            default: break
            }
        }
    }
}

extension EnumDescriptor {
    fileprivate init(
        _ bytes: ArraySlice<UInt8>, scope: String, path: [Int32], _ comments: SourceComments
    ) throws(GeneratorError) {
        documentation = comments.comment(at: path)
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 1: name = field.string
            case 2:
                var value = try Value(field.bytes)
                value.documentation = comments.comment(at: path + [2, Int32(values.count)])
                values.append(value)
            case 3:
                for option in try WireReader.fields(of: field.bytes) {
                    if option.number == 2 { allowsAlias = option.bool }
                    if option.number == 3 { isDeprecated = option.bool }
                }
            default: break
            }
        }
        fullName = scope + name
    }
}

extension EnumDescriptor.Value {
    fileprivate init(_ bytes: ArraySlice<UInt8>) throws(GeneratorError) {
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 1: name = field.string
            case 2: number = field.int32
            case 3:
                for option in try WireReader.fields(of: field.bytes) {
                    if option.number == 1 { isDeprecated = option.bool }
                    if option.number == 50612 { jsonValue = option.string }
                }
            default: break
            }
        }
    }
}

extension ServiceDescriptor {
    fileprivate init(
        _ bytes: ArraySlice<UInt8>, scope: String, path: [Int32], _ comments: SourceComments
    ) throws(GeneratorError) {
        documentation = comments.comment(at: path)
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 1: name = field.string
            case 2:
                var method = try MethodDescriptor(field.bytes)
                method.documentation = comments.comment(at: path + [2, Int32(methods.count)])
                methods.append(method)
            case 3:
                for option in try WireReader.fields(of: field.bytes) where option.number == 33 {
                    isDeprecated = option.bool
                }
            default: break
            }
        }
        fullName = scope + name
    }
}

extension MethodDescriptor {
    fileprivate init(_ bytes: ArraySlice<UInt8>) throws(GeneratorError) {
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 1: name = field.string
            case 2: input = String(field.string.drop { $0 == "." })
            case 3: output = String(field.string.drop { $0 == "." })
            case 4: try readOptions(field.bytes)
            case 5: isClientStreaming = field.bool
            case 6: isServerStreaming = field.bool
            default: break
            }
        }
    }

    private mutating func readOptions(_ bytes: ArraySlice<UInt8>) throws(GeneratorError) {
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 33: isDeprecated = field.bool
            case 34: idempotency = Idempotency(rawValue: field.int32) ?? .unknown
            case 50610: rest = try RESTOptions(field.bytes)
            case 72_295_728: httpRule = try HTTPRule(field.bytes)
            default: break
            }
        }
    }
}
