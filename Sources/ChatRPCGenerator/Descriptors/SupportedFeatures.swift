/// What a file may not have: everything but proto3.
enum SupportedFeatures {
    static func check(_ file: FileDescriptor) throws(GeneratorError) {
        guard file.syntax == "proto3" else {
            let found = file.syntax.isEmpty ? "proto2" : file.syntax
            throw GeneratorError("\(file.name): only proto3 is supported, this file is \(found)")
        }
        for message in file.allMessages {
            for field in message.fields where field.kind == .group || field.isRequired {
                throw GeneratorError(
                    file: file.name, element: "\(message.fullName).\(field.name)",
                    field.isRequired ? "required fields are not supported" : "groups are not supported")
            }
        }
    }
}
