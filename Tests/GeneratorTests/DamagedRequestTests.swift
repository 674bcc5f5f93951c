import Testing

@testable import ChatRPCGenerator

@Suite struct DamagedRequestTests {
    /// A multiplicative generator: the same damage in every run.
    private struct Damage: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 33
        }
    }

    @Test func `a request with damaged bytes has an answer`() throws {
        var request = CodeGeneratorRequest()
        request.filesToGenerate = ["chatrpc/test/names.proto"]
        request.parameter = "module=M,openapi=openapi.json"
        request.protoFiles = try Fixture.descriptors().filter {
            try FileDescriptor(serialized: $0).name == "chatrpc/test/names.proto"
        }
        let sound = request.serialized()
        let generator = Generator { request in
            let files = try CodeGeneratorRequest(serialized: request).protoFiles.map {
                try FileDescriptor(serialized: $0)
            }
            let headers = files.map { file in
                let names = file.allMessages.map { " \(CName.initializer(ofMessage: $0.fullName, in: file))\n" }
                return GeneratedFile(path: CName.header(of: file.name), content: names.joined())
            }
            return CodeGeneratorResponse(files: headers).serialized()
        }
        #expect(try CodeGeneratorResponse(serialized: generator.respond(to: sound)).error == nil)
        var damage = Damage(state: 7)
        for round in 0..<60 {
            var bytes = sound
            for _ in 0...round % 4 {
                bytes[Int.random(in: 0..<bytes.count, using: &damage)] = .random(in: 0...255, using: &damage)
            }
            let answer = try CodeGeneratorResponse(serialized: generator.respond(to: bytes))
            #expect(answer.error != nil || !answer.files.isEmpty, "round \(round)")
        }
    }
}
