import GeneratedRPC
import RPCCore
import Testing

@testable import RPCTransport

@Suite struct ReflectionIndexTests {
    private static func file(_ name: String, imports: [String] = [], extensions: [(String, Int32)] = []) -> ProtoFile {
        ProtoFile(
            name: name, dependencies: imports, symbols: ["package.\(name)"],
            extensions: extensions.map { ($0.0, $0.1) },
            encoded: "x")
    }

    @Test func everyFileComesOnceHoweverManyImportIt() {
        let files = [
            Self.file("base"), Self.file("left", imports: ["base"]),
            Self.file("right", imports: ["base", "elsewhere"]),
            Self.file("top", imports: ["left", "right"]),
        ]
        let index = ReflectionIndex(services: [], files: files)
        var sent: Set<Int> = []
        #expect(index.descriptors(of: 3, sent: &sent).count == 4)
        #expect(sent == [0, 1, 2, 3])
        // What is asked for by name is always there, what it imports only once.
        #expect(index.descriptors(of: 3, sent: &sent).count == 1)
    }

    @Test func importsInACircleEnd() {
        let index = ReflectionIndex(
            services: [], files: [Self.file("a", imports: ["b"]), Self.file("b", imports: ["a"])])
        var sent: Set<Int> = []
        #expect(index.descriptors(of: 0, sent: &sent).count == 2)
    }

    @Test func aLeadingDotIsAllowed() {
        let index = ReflectionIndex(services: ["b", "a"], files: [Self.file("a")])
        #expect(index.file(defining: ".package.a") == 0)
        #expect(index.file(defining: "package.a") == 0)
        #expect(index.file(defining: "package") == nil)
        #expect(index.services == ["a", "b"])
    }

    @Test func aTypeIsKnownByItsExtensionsToo() {
        let index = ReflectionIndex(
            services: [], files: [Self.file("a", extensions: [("far.Type", 9), ("far.Type", 7)])])
        #expect(index.extensionNumbers(of: "far.Type") == [7, 9])
        #expect(index.extensionNumbers(of: "package.a") == [])
        #expect(index.extensionNumbers(of: "nothing") == nil)
        #expect(index.file(extending: "far.Type", by: 9) == 0)
        #expect(index.file(extending: "far.Type", by: 8) == nil)
    }
}
