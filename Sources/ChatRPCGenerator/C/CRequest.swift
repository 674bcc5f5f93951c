/// The request that protoc-gen-c gets in place of protoc's own.
///
/// protobuf-c 1.4.1 refuses proto3 `optional`, and keeps strings without their length. So it is told another form of
/// the same messages, which has the same bytes on the wire: an `optional` field is the one member of a real oneof
/// (its case says whether the field is set), every string is a `ProtobufCBinaryData` ((pb_c_field).string_as_bytes),
/// and every repeated field says whether it is packed. Services, comments, other options, and imports that served
/// nothing but options are left out.
struct CRequest {
    let catalog: TypeCatalog

    /// The request for these files and what they need.
    func request(for files: [FileDescriptor], compilerVersion: ArraySlice<UInt8>) throws(GeneratorError)
        -> CodeGeneratorRequest
    {
        try checkNames(files)
        var request = CodeGeneratorRequest()
        request.filesToGenerate = files.map(\.name)
        request.compilerVersion = compilerVersion
        var needed: Set<String> = Set(files.map(\.name))
        // Imports stand before their importers, so one pass from the end finds all that is needed.
        for file in catalog.files.reversed() where needed.contains(file.name) {
            needed.formUnion(catalog.filesReferenced(by: file))
        }
        request.protoFiles = catalog.files.filter { needed.contains($0.name) }.map { encode($0)[...] }
        return request
    }

    private func checkNames(_ files: [FileDescriptor]) throws(GeneratorError) {
        var owners: [String: String] = [:]
        for file in files {
            for message in file.allMessages {
                let name = CName.lower(message.fullName, in: file)
                if let other = owners.updateValue(message.fullName, forKey: name) {
                    throw GeneratorError(
                        file: file.name, element: message.fullName,
                        "\(other) has the same name in C, \(name): rename one of them")
                }
            }
        }
    }

    private func encode(_ file: FileDescriptor) -> [UInt8] {
        var writer = WireWriter()
        writer.string(1, file.name)
        if !file.package.isEmpty { writer.string(2, file.package) }
        for dependency in catalog.filesReferenced(by: file) { writer.string(3, dependency) }
        for message in file.messages { writer.message(4) { encode(message, &$0) } }
        for enumeration in file.enums { writer.message(5) { encode(enumeration, &$0) } }
        if file.package.isEmpty {
            writer.message(8) { options in options.message(1019) { $0.string(6, CName.namelessPackage) } }
        }
        writer.string(12, "proto3")
        return writer.bytes
    }

    private func encode(_ message: MessageDescriptor, _ writer: inout WireWriter) {
        let names = CMemberNames(message)
        writer.string(1, message.name)
        for field in message.fields {
            writer.message(2) { encode(field, name: names.fields[field.number] ?? field.name, &$0) }
        }
        for nested in message.messages { writer.message(3) { encode(nested, &$0) } }
        for nested in message.enums { writer.message(4) { encode(nested, &$0) } }
        for name in names.oneofs { writer.message(8) { $0.string(1, name) } }
    }

    private func encode(_ field: FieldDescriptor, name: String, _ writer: inout WireWriter) {
        writer.string(1, name)
        writer.int32(3, field.number)
        writer.int32(4, field.isRepeated ? 3 : 1)
        writer.int32(5, field.kind.rawValue)
        if !field.typeName.isEmpty { writer.string(6, "." + field.typeName) }
        writer.message(8) { options in
            if field.isRepeated, field.kind.isPackable { options.bool(2, field.isPacked) }
            if field.kind == .string { options.message(1019) { $0.bool(1, true) } }
        }
        if let oneof = field.oneof { writer.int32(9, Int32(oneof)) }
        writer.string(10, field.jsonName)
    }

    private func encode(_ enumeration: EnumDescriptor, _ writer: inout WireWriter) {
        writer.string(1, enumeration.name)
        for value in enumeration.values {
            writer.message(2) { inner in
                inner.string(1, value.name)
                inner.int32(2, value.number)
            }
        }
        if enumeration.allowsAlias { writer.message(3) { $0.bool(2, true) } }
    }
}
