/// What protoc sends to a plugin (google.protobuf.compiler.CodeGeneratorRequest).
struct CodeGeneratorRequest {
    var filesToGenerate: [String] = []
    var parameter = ""
    var compilerVersion: ArraySlice<UInt8> = []
    /// Encoded FileDescriptorProtos: the files to generate and all that they import, each after its imports.
    var protoFiles: [ArraySlice<UInt8>] = []

    init() {}

    init(serialized bytes: [UInt8]) throws(GeneratorError) {
        for field in try WireReader.fields(of: bytes[...]) {
            switch field.number {
            case 1: filesToGenerate.append(field.string)
            case 2: parameter = field.string
            case 3: compilerVersion = field.bytes
            case 15: protoFiles.append(field.bytes)
            default: break
            }
        }
    }

    func serialized() -> [UInt8] {
        var writer = WireWriter()
        for file in filesToGenerate { writer.string(1, file) }
        if !parameter.isEmpty { writer.string(2, parameter) }
        if !compilerVersion.isEmpty { writer.bytes(3, compilerVersion) }
        for file in protoFiles { writer.bytes(15, file) }
        return writer.bytes
    }
}

/// One file that the generator made, by its path below the output directory.
public struct GeneratedFile: Equatable, Sendable {
    public var path: String
    public var content: String
}

/// What a plugin answers (google.protobuf.compiler.CodeGeneratorResponse).
struct CodeGeneratorResponse {
    /// FEATURE_PROTO3_OPTIONAL.
    static let supportedFeatures: UInt64 = 1

    var error: String?
    var files: [GeneratedFile] = []

    init(error: String) {
        self.error = error
    }

    init(files: [GeneratedFile]) {
        self.files = files
    }

    init(serialized bytes: [UInt8]) throws(GeneratorError) {
        for field in try WireReader.fields(of: bytes[...]) {
            switch field.number {
            case 1: error = field.string
            case 15: files.append(try Self.file(field.bytes))
            default: break
            }
        }
    }

    func serialized() -> [UInt8] {
        var writer = WireWriter()
        if let error { writer.string(1, error) }
        writer.varint(2, Self.supportedFeatures)
        for file in files {
            writer.message(15) { inner in
                inner.string(1, file.path)
                inner.string(15, file.content)
            }
        }
        return writer.bytes
    }

    private static func file(_ bytes: ArraySlice<UInt8>) throws(GeneratorError) -> GeneratedFile {
        var file = GeneratedFile(path: "", content: "")
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 1: file.path = field.string
            case 15: file.content = field.string
            default: break
            }
        }
        return file
    }
}
