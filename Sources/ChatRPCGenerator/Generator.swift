/// The plugin: a request from protoc goes in, an answer comes out.
public struct Generator {
    /// Runs protoc-gen-c: a CodeGeneratorRequest goes in, a CodeGeneratorResponse comes out.
    public typealias CGenerator = ([UInt8]) throws -> [UInt8]

    private let runCGenerator: CGenerator

    public init(cGenerator: @escaping CGenerator) {
        runCGenerator = cGenerator
    }

    /// An encoded CodeGeneratorResponse; errors are in it.
    public func respond(to request: [UInt8]) -> [UInt8] {
        do throws(GeneratorError) {
            return CodeGeneratorResponse(files: try files(for: request)).serialized()
        } catch {
            return CodeGeneratorResponse(error: error.description).serialized()
        }
    }

    /// The files for an encoded CodeGeneratorRequest, sorted by path.
    public func files(for request: [UInt8]) throws(GeneratorError) -> [GeneratedFile] {
        let request = try CodeGeneratorRequest(serialized: request)
        let options = try GeneratorOptions(parameter: request.parameter)
        var descriptors: [FileDescriptor] = []
        for file in request.protoFiles { descriptors.append(try FileDescriptor(serialized: file)) }
        let catalog = TypeCatalog(descriptors)
        let generated = descriptors.filter { request.filesToGenerate.contains($0.name) }
        for file in generated { try SupportedFeatures.check(file) }

        let names = try SwiftNames(catalog, generated: generated, options: options)
        let swift = SwiftModule(catalog: catalog, names: names, options: options)
        var files = try cFiles(generated, catalog, request, options)
        for file in generated { files += try swift.files(for: file) }
        files.append(try ProtoFilesText(catalog: catalog, generated: generated, options: options).file())
        if let path = options.openAPIPath {
            let json = try OpenAPIDocument(catalog: catalog, files: generated, options: options).json()
            files.append(GeneratedFile(path: path, content: json))
            files.append(OpenAPIText.file(json))
        }
        return files.sorted { $0.path < $1.path }
    }

    private func cFiles(
        _ generated: [FileDescriptor], _ catalog: TypeCatalog, _ request: CodeGeneratorRequest,
        _ options: GeneratorOptions
    ) throws(GeneratorError) -> [GeneratedFile] {
        let files = generated.filter { !$0.messages.isEmpty || !$0.enums.isEmpty }
        let cRequest = try CRequest(catalog: catalog).request(for: files, compilerVersion: request.compilerVersion)
        let answer: [UInt8]
        do {
            answer = try runCGenerator(cRequest.serialized())
        } catch {
            throw GeneratorError("protoc-gen-c could not be run: \(error)")
        }
        let response = try CodeGeneratorResponse(serialized: answer)
        if let error = response.error { throw GeneratorError("protoc-gen-c: \(error)") }
        return try CModule(name: options.cModule, files: files).files(response.files)
    }
}
