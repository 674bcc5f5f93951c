import Testing

@testable import ChatRPCGenerator

@Suite struct GoldenTests {
    @Test func `the test protos become the checked-in files, byte for byte`() throws {
        let files = try Generator(cGenerator: Fixture.recordedCFiles).files(for: try Fixture.request())
        let checkedIn = try Fixture.checkedIn()
        #expect(Set(files.map(\.path)) == Set(checkedIn.keys))
        for file in files where file.content != checkedIn[file.path] {
            let lines = file.content.split(separator: "\n", omittingEmptySubsequences: false)
            let expected = (checkedIn[file.path] ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            let line =
                zip(lines, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? expected.count
            Issue.record("\(file.path) differs from line \(line + 1) on: make generate")
        }
    }

    @Test func `the same request has the same answer`() throws {
        let generator = Generator(cGenerator: Fixture.recordedCFiles)
        let request = try Fixture.request()
        #expect(generator.respond(to: request) == generator.respond(to: request))
    }

    @Test func `the order of import options and files makes no difference`() throws {
        var request = try CodeGeneratorRequest(serialized: Fixture.request())
        let generator = Generator(cGenerator: Fixture.recordedCFiles)
        let files = try generator.files(for: request.serialized())
        request.filesToGenerate.reverse()
        request.parameter = request.parameter.split(separator: ",").reversed().joined(separator: ",")
        #expect(try generator.files(for: request.serialized()) == files)
    }

    @Test func `the answer says that proto3 optional is supported`() throws {
        let answer = Generator(cGenerator: Fixture.recordedCFiles).respond(to: try Fixture.request())
        let features = try WireReader.fields(of: answer[...]).first { $0.number == 2 }
        #expect(features?.number64 == 1)
    }
}
