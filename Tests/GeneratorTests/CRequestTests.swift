import Testing

@testable import ChatRPCGenerator

/// What protoc-gen-c is told.
@Suite struct CRequestTests {
    private func rewritten() throws -> [FileDescriptor] {
        let catalog = try Fixture.catalog()
        let files = catalog.files.filter { Fixture.testProtos.contains($0.name) }
        let request = try CRequest(catalog: catalog).request(for: files, compilerVersion: [])
        return try CodeGeneratorRequest(serialized: request.serialized()).protoFiles
            .map { try FileDescriptor(serialized: $0) }
    }

    private func everything() throws -> MessageDescriptor {
        try #require(TypeCatalog(rewritten()).message("chatrpc.test.Everything"))
    }

    @Test func `optional is the one member of a real oneof`() throws {
        let everything = try everything()
        #expect(!everything.fields.contains { $0.isOptional })
        let field = try #require(everything.fields.first { $0.name == "optional_string" })
        let oneof = try #require(field.oneof)
        #expect(everything.fields.filter { $0.oneof == oneof }.count == 1)
        #expect(everything.oneofs[oneof].name == "_optional_string")
    }

    @Test func `every string is bytes to protobuf-c, in maps too, and nothing else is`() throws {
        let catalog = try Fixture.catalog()
        let files = catalog.files.filter { $0.name == "chatrpc/test/everything.proto" }
        let request = try CRequest(catalog: catalog).request(for: files, compilerVersion: [])
        var flagged = 0
        func visit(message bytes: ArraySlice<UInt8>) throws {
            for part in try WireReader.fields(of: bytes) {
                if part.number == 3 { try visit(message: part.bytes) }
                guard part.number == 2 else { continue }
                let field = try WireReader.fields(of: part.bytes)
                let isString = field.contains { $0.number == 5 && $0.int32 == FieldDescriptor.Kind.string.rawValue }
                let options = try field.filter { $0.number == 8 }.flatMap { try WireReader.fields(of: $0.bytes) }
                let isFlagged = options.contains { $0.number == 1019 && Array($0.bytes) == [8, 1] }
                #expect(isString == isFlagged)
                flagged += isFlagged ? 1 : 0
            }
        }
        for file in request.protoFiles {
            for part in try WireReader.fields(of: file) where part.number == 4 { try visit(message: part.bytes) }
        }
        #expect(flagged > 10)
    }

    @Test func `packing is always said`() throws {
        let fields = try everything().fields
        #expect(fields.first { $0.name == "repeated_int32" }?.packed == true)
        #expect(fields.first { $0.name == "unpacked_int32" }?.packed == false)
        #expect(fields.first { $0.name == "repeated_string" }?.packed == nil)
    }

    @Test func `services and imports for options alone are left out`() throws {
        let files = try rewritten()
        #expect(files.allSatisfy { $0.services.isEmpty })
        #expect(!files.contains { $0.name.hasPrefix("google/api") || $0.name == "google/protobuf/descriptor.proto" })
        #expect(
            files.first { $0.name == "chatrpc/test/service.proto" }?.dependencies == ["chatrpc/test/everything.proto"])
    }

    @Test func `files stand behind what they import`() throws {
        var seen: Set<String> = []
        for file in try rewritten() {
            #expect(seen.isSuperset(of: file.dependencies))
            seen.insert(file.name)
        }
    }
}
