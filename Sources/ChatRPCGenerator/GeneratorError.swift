/// Why nothing could be generated: which file and element, and what is wrong with it.
///
/// protoc prints it as `protoc-gen-chatrpc: description` and fails (CodeGeneratorResponse.error).
public struct GeneratorError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }

    /// For an element of a proto file.
    init(file: String, element: String, _ problem: String) {
        self.init("\(file): \(element): \(problem)")
    }
}
