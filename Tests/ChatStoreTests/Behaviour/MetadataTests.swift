import ChatStore
import GeneratedMessages
import Testing

@Suite("Metadata comes back as the same JSON", .timeLimit(.minutes(1)))
struct MetadataTests {
    private static let objects = [
        "{}", #"{"a":1}"#, #"{"b":1,"a":2,"longer":3}"#, #" { "spaced" : [ 1 , 2 ] } "#,
        #"{"n":null,"t":true,"f":false,"s":"","l":[],"o":{}}"#,
        #"{"text":"漢 🙂 \" \\ \/ \b\f\n\r\t A 😀"}"#,
        #"{"keys":{"é":1,"":2,"a b":3}}"#,
        #"{"deep":[[[[[[{"x":[{"y":{}}]}]]]]]]}"#,
        #"{"one":1.0,"tenth":0.1,"hundred":1e2,"small":1E-7,"zero":0,"minus":-0.5,"exp":1.5e+10}"#,
        #"{"large":12345678901234567890,"larger":99999999999999999999,"digits":3.14159265358979323846264338327950288}"#,
        #"{"limits":[9007199254740993,-9007199254740993,9223372036854775807,-9223372036854775808]}"#,
    ]

    @Test("Equal as JSON, and no digit lost", arguments: StoreKind.tested)
    func roundTrip(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            for text in Self.objects {
                let id = UUID.random()
                _ = try await store.append(.sample(id: id, metadata: text), to: session)
                let message = try await store.message(id, in: session, owner: nil)
                #expect(try JSONTree(message.metadata) == JSONTree(text), "\(text) as \(message.metadata)")
            }
            let listed = try await store.list(session).messages.map(\.metadata)
            #expect(try listed.map(JSONTree.init) == Self.objects.map(JSONTree.init))
        }
    }

    @Test("Sending it again after the database has reordered it is still a duplicate", arguments: StoreKind.tested)
    func duplicate(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let items = Self.objects.map { Append.Item.sample(metadata: $0) }
            _ = try await store.append(items, to: session)
            #expect(try await store.append(items, to: session).allSatisfy(\.duplicate))
        }
    }

    @Test("The comparison that these tests rest on tells digits apart")
    func comparison() throws {
        #expect(try JSONTree("[12345678901234567890]") != JSONTree("[12345678901234567891]"))
        #expect(try JSONTree("[9007199254740993]") != JSONTree("[9007199254740992]"))
        #expect(try JSONTree(#"{"a":1e2,"b":[1.0]}"#) == JSONTree(#"{"b":[1],"a":100}"#))
        #expect(try JSONTree(#"["1"]"#) != JSONTree("[1]"))
        #expect(try JSONTree("[true]") != JSONTree("[1]"))
    }
}
