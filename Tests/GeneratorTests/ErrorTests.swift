import Testing

@testable import ChatRPCGenerator

/// What can't be generated is refused with the file, the element and the reason.
@Suite struct ErrorTests {
    private func error(
        _ files: [ArraySlice<UInt8>], parameter: String = "module=M", generate: [String] = ["test.proto"]
    ) -> String {
        var request = CodeGeneratorRequest()
        request.filesToGenerate = generate
        request.parameter = parameter
        request.protoFiles = files
        // protoc-gen-c would accept all of these: what is refused is refused before or beside it.
        let generator = Generator { request in
            let files = try CodeGeneratorRequest(serialized: request).protoFiles.map {
                try FileDescriptor(serialized: $0)
            }
            let headers = files.map { file in
                let content = file.allMessages.map { " \(CName.initializer(ofMessage: $0.fullName, in: file))\n" }
                    .joined()
                return GeneratedFile(path: CName.header(of: file.name), content: content)
            }
            return CodeGeneratorResponse(files: headers).serialized()
        }
        do {
            return try CodeGeneratorResponse(serialized: generator.respond(to: request.serialized())).error ?? ""
        } catch {
            return "the answer can't be read: \(error)"
        }
    }

    @Test(arguments: [("", "proto2"), ("editions", "editions")])
    func `a file that is not proto3 is refused`(syntax: String, found: String) {
        #expect(
            error([protoFile(syntax: syntax)])
                == "test.proto: only proto3 is supported, this file is \(found)")
    }

    @Test func `groups and required fields are refused by name`() {
        let group = protoFile { $0.message(named: "A", [("g", .group, ".test.A")]) }
        #expect(error([group]) == "test.proto: test.A.g: groups are not supported")
        let required = protoFile { $0.message(named: "A", [("r", .int32, "")], label: 2) }
        #expect(error([required]) == "test.proto: test.A.r: required fields are not supported")
    }

    @Test func `options are checked`() {
        let file = protoFile()
        #expect(error([file], parameter: "") == "the option module=NAME is missing")
        #expect(error([file], parameter: "module") == "an option without a value: module")
        #expect(error([file], parameter: "module=M,colour=red") == "unknown option: colour")
    }

    @Test func `a type of a file in no known module is refused`() {
        let other = protoFile("other.proto", package: "other") { $0.message(named: "B") }
        let file = protoFile { $0.message(named: "A", [("b", .message, ".other.B")]) }
        #expect(
            error([other, file])
                == "other.B is in a file that is neither generated nor in a known module: add import=PREFIX=MODULE")
        #expect(error([other, file], parameter: "module=M,import=oth=N") == "")
    }

    @Test func `two types of one name in Swift are refused, and a prefix helps`() {
        let other = protoFile("other.proto", package: "other") { $0.message(named: "A") }
        let file = protoFile { $0.message(named: "A") }
        let both = ["test.proto", "other.proto"]
        #expect(
            error([other, file], generate: both)
                == "test.proto: test.A: other.A has the same name in Swift, A: add prefix=PACKAGE=PREFIX")
        #expect(error([other, file], parameter: "module=M,prefix=other=Other", generate: both) == "")
    }

    @Test func `two services of one name in Swift are refused, and a prefix helps`() {
        func file(_ name: String, package: String) -> ArraySlice<UInt8> {
            protoFile(name, package: package) { $0.message(6) { $0.string(1, "S") } }
        }
        let files = [file("other.proto", package: "other"), file("test.proto", package: "test")]
        let both = ["test.proto", "other.proto"]
        #expect(error(files, generate: both).hasSuffix("has the same name in Swift, S: add prefix=PACKAGE=PREFIX"))
        #expect(error(files, parameter: "module=M,prefix=other=Other", generate: both) == "")
    }

    @Test func `two methods of one name in Swift are refused`() {
        let file = protoFile { file in
            file.message(named: "Request")
            file.message(6) { service in
                service.string(1, "Service")
                for name in ["get_it", "GetIt"] {
                    service.message(2) { method in
                        method.string(1, name)
                        method.string(2, ".test.Request")
                        method.string(3, ".test.Request")
                    }
                }
            }
        }
        #expect(
            error([file])
                == "test.proto: test.Service.GetIt: test.Service.get_it has the same name in Swift, Service.getIt: rename one of them"
        )
    }

    @Test func `two messages of one name in C are refused`() {
        let file = protoFile {
            $0.message(named: "FooBar")
            $0.message(named: "Foo_bar")
        }
        #expect(
            error([file])
                == "test.proto: test.Foo_bar: test.FooBar has the same name in C, test__foo_bar: rename one of them")
    }

    @Test func `a broken request is an error, not a crash`() throws {
        let request = try Fixture.request()
        let generator = Generator(cGenerator: Fixture.recordedCFiles)
        for end in [1, 2, 3, 30, 300, 3_000, request.count - 1] {
            let answer = try CodeGeneratorResponse(serialized: generator.respond(to: Array(request.prefix(end))))
            #expect(answer.error != nil, "after \(end) bytes")
        }
    }

    @Test func `a failure of protoc-gen-c is passed on`() throws {
        let file = protoFile { $0.message(named: "A") }
        var request = CodeGeneratorRequest()
        request.filesToGenerate = ["test.proto"]
        request.parameter = "module=M"
        request.protoFiles = [file]
        let refusing = Generator { _ in CodeGeneratorResponse(error: "test.proto: no").serialized() }
        #expect(
            try CodeGeneratorResponse(serialized: refusing.respond(to: request.serialized())).error
                == "protoc-gen-c: test.proto: no")
        let silent = Generator { _ in [] }
        #expect(
            try CodeGeneratorResponse(serialized: silent.respond(to: request.serialized())).error
                == "test.proto: test.A: protoc-gen-c did not make test__a__init; is it version 1.4.1?")
    }
}
