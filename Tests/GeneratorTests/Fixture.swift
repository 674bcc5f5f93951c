import Foundation

@testable import ChatRPCGenerator

/// Files of the repository that the tests read.
enum Fixture {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    static let generated = tests.appendingPathComponent("GeneratedTestMessages")

    /// The descriptors of Tests/Protos and all that they import (a FileDescriptorSet).
    static func descriptors() throws -> [ArraySlice<UInt8>] {
        let set = try Data(contentsOf: tests.appendingPathComponent("GeneratorTests/Golden/test.descriptors"))
        return try WireReader.fields(of: [UInt8](set)[...]).filter { $0.number == 1 }.map(\.bytes)
    }

    static func catalog() throws -> TypeCatalog {
        TypeCatalog(try descriptors().map { try FileDescriptor(serialized: $0) })
    }

    static let testProtos = ["everything", "nameless", "names", "service"].map { "chatrpc/test/\($0).proto" }

    /// The request by which protoc has the checked-in code made.
    static func request() throws -> [UInt8] {
        var request = CodeGeneratorRequest()
        request.filesToGenerate = testProtos
        request.parameter =
            "module=GeneratedTestMessages,import=google/protobuf/=GeneratedRPC,import=google/rpc/=GeneratedRPC,"
            + "import=grpc/=GeneratedRPC,openapi=Swift/openapi.json,title=Tests,version=1"
        request.protoFiles = try descriptors()
        return request.serialized()
    }

    /// The checked-in files, by their path below the module.
    static func checkedIn() throws -> [String: String] {
        var files: [String: String] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: generated.path) {
            let url = generated.appendingPathComponent(path)
            guard (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == false else { continue }
            files[path] = try String(contentsOf: url, encoding: .utf8)
        }
        return files
    }

    /// What protoc-gen-c answered when the code was made: its files are checked in, and need no protoc-gen-c here.
    static func recordedCFiles(_ request: [UInt8]) throws -> [UInt8] {
        let checkedIn = try checkedIn()
        let files = try CodeGeneratorRequest(serialized: request).filesToGenerate.flatMap { file in
            let header = CName.header(of: file)
            let source = header.dropLast() + "c"
            return [
                GeneratedFile(path: header, content: checkedIn["C/include/\(header)"] ?? ""),
                GeneratedFile(path: String(source), content: checkedIn["C/\(source)"] ?? ""),
            ]
        }
        return CodeGeneratorResponse(files: files).serialized()
    }
}

/// The descriptor of a file that a test makes up.
func protoFile(
    _ name: String = "test.proto", package: String = "test", syntax: String = "proto3",
    _ content: (inout WireWriter) -> Void = { _ in }
) -> ArraySlice<UInt8> {
    var writer = WireWriter()
    writer.string(1, name)
    writer.string(2, package)
    content(&writer)
    if !syntax.isEmpty { writer.string(12, syntax) }
    return writer.bytes[...]
}

extension WireWriter {
    /// A message with fields of these kinds, numbered from 1.
    mutating func message(
        named name: String, _ fields: [(name: String, kind: FieldDescriptor.Kind, type: String)] = [],
        label: Int32 = 1
    ) {
        message(4) { message in
            message.string(1, name)
            for (index, field) in fields.enumerated() {
                message.message(2) { inner in
                    inner.string(1, field.name)
                    inner.int32(3, Int32(index + 1))
                    inner.int32(4, label)
                    inner.int32(5, field.kind.rawValue)
                    if !field.type.isEmpty { inner.string(6, field.type) }
                    inner.string(10, field.name)
                }
            }
        }
    }

    /// A service with one method that has this google.api.http rule.
    mutating func service(rule: (inout WireWriter) -> Void, isClientStreaming: Bool = false) {
        var options = WireWriter()
        options.message(72_295_728, rule)
        message(6) { service in
            service.string(1, "Service")
            service.message(2) { method in
                method.string(1, "Call")
                method.string(2, ".test.Request")
                method.string(3, ".test.Request")
                method.bytes(4, options.bytes)
                method.bool(5, isClientStreaming)
            }
        }
    }
}
