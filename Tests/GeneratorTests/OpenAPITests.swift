import Foundation
import GeneratedTestMessages
import RPCCore
import Testing

@testable import ChatRPCGenerator

@Suite struct OpenAPITests {
    private let document: [String: Any]

    init() throws {
        let json = Fixture.generated.appendingPathComponent("Swift/openapi.json")
        document = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any])
    }

    private func value(_ path: String...) -> Any? {
        path.reduce(document as Any?) { value, name in (value as? [String: Any])?[name] }
    }

    private func keys(_ value: Any?) -> Set<String> {
        Set((value as? [String: Any] ?? [:]).keys)
    }

    @Test func `every route is there, and nothing else`() throws {
        let described = try #require(value("paths") as? [String: [String: Any]]).flatMap { path, operations in
            operations.keys.map { "\($0.uppercased()) \(path)" }
        }
        let routes = EchoService.routes.map { route in
            let segments = route.segments.map { segment in
                switch segment {
                case .literal(let text): "/\(text)"
                case .field(let name): "/{\(name)}"
                }
            }
            return "\(route.httpMethod) \(segments.joined())"
        }
        #expect(Set(described) == Set(routes))
    }

    @Test func `every reference leads somewhere`() {
        var references: Set<String> = []
        func visit(_ value: Any) {
            if let list = value as? [Any] { list.forEach(visit) }
            guard let object = value as? [String: Any] else { return }
            if let reference = object["$ref"] as? String { references.insert(reference) }
            object.values.forEach(visit)
        }
        visit(document)
        #expect(references.contains("#/components/schemas/EchoResponse"))
        for reference in references {
            let parts = reference.dropFirst(2).split(separator: "/").map(String.init)
            #expect(value(parts[0], parts[1], parts[2]) != nil, "\(reference)")
        }
    }

    @Test func `a whole body leaves out what the path says`() {
        let post = value("paths", "/test/echo/{name}", "post") as? [String: Any]
        let body = (post?["requestBody"] as? [String: Any])?["content"] as? [String: [String: [String: Any]]]
        #expect(
            keys(body?["application/json"]?["schema"]?["properties"])
                == ["number", "tags", "color", "metadata", "other"])
        #expect((post?["parameters"] as? [[String: Any]])?.map { $0["name"] as? String } == ["name"])
        #expect(keys(post?["responses"]) == ["201", "default"])
    }

    @Test func `without a body the other fields are parameters, inner ones by their path`() {
        let get = value("paths", "/test/echo/{name}", "get") as? [String: Any]
        let parameters = get?["parameters"] as? [[String: Any]] ?? []
        #expect(
            parameters.map { "\($0["in"] ?? "") \($0["name"] ?? "")" } == [
                "path name", "query number", "query tags", "query color", "query metadata", "query other.number",
                "query other.text",
            ])
    }

    @Test func `answers always have their fields without presence`() {
        let required = value("components", "schemas", "EchoResponse", "required") as? [String]
        #expect(required == ["name", "number", "tags", "mood"])
    }

    @Test func `enums are the words of REST JSON`() {
        #expect(
            value("components", "schemas", "Mood", "enum") as? [String] == [
                "MOOD_UNSPECIFIED", "glad", "sad", "MOOD_OTHER",
            ]
        )
    }

    @Test func `the Swift constant is the document`() throws {
        let json = try Data(contentsOf: Fixture.generated.appendingPathComponent("Swift/openapi.json"))
        #expect(GeneratedTestMessages.OpenAPIDocument.json.description + "\n" == String(decoding: json, as: UTF8.self))
    }
}
