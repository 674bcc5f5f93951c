import ChatStore
import GeneratedMessages
import Testing

@Suite("Texts come back byte for byte", .timeLimit(.minutes(1)))
struct TextTests {
    /// The first and last scalar of each length of UTF-8 and of every plane that has characters, without NUL.
    private static let planes = String(
        String.UnicodeScalarView(
            [
                0x01, 0x09, 0x0A, 0x0D, 0x22, 0x27, 0x5C, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFEFF, 0xFFFD,
                0xFFFF, 0x10000, 0x1F642, 0x20000, 0x2FA1D, 0x30000, 0xE0001, 0xF0000, 0x100000, 0x10FFFF,
            ].compactMap { Unicode.Scalar($0 as UInt32) }))

    private static let texts = [
        planes, "plain", "tab\tand\r\nlines\n", "e\u{301} is not \u{E9}", "👩‍👩‍👧‍👦 family", "מימין לשמאל", " spaces ",
        #"quotes ' " \ ; -- %s $1 ?"#, "{}", "\\x00", "NULL",
    ]

    @Test("Characters of every plane, in every text", arguments: StoreKind.tested)
    func everyPlane(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            for text in Self.texts {
                let id = UUID.random()
                _ = try await store.append(
                    .sample(text, id: id, agent: text, user: text), to: session)
                let message = try await store.message(id, in: session, owner: nil)
                #expect(Array(message.content.utf8) == Array(text.utf8))
                #expect(Array(message.agentName.utf8) == Array(text.utf8))
                #expect(Array(message.userID.utf8) == Array(text.utf8))
                let preview = try await store.session(session).preview
                #expect(Array(preview.utf8) == Array(text.utf8))
            }
        }
    }

    @Test("Names, descriptions and owners too", arguments: StoreKind.tested)
    func sessions(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for text in Self.texts {
                let id = UUID.random()
                let made = try await store.createSession(
                    NewSession(id: id, name: text, description: text, agentName: text), owner: text)
                #expect(made == (try await store.session(id, owner: text)))
                for field in [made.name, made.description, made.agentName, made.userID] {
                    #expect(Array(field.utf8) == Array(text.utf8))
                }
                let listed = try await store.listSessions(SessionQuery(userID: text), owner: text)
                #expect(listed.sessions.map(\.id) == [id.description])
            }
        }
    }

    @Test("A content of 1 MiB", arguments: StoreKind.tested)
    func large(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let text = String(repeating: "0123456789abcdé", count: (1 << 20) / 16)
            #expect(text.utf8.count == 1 << 20)
            let items = [Append.Item.sample(text), .sample("small"), .sample(text)]
            _ = try await store.append(items, to: session)
            let page = try await store.list(session)
            #expect(page.messages.map(\.content) == [text, "small", text])
            #expect(try await store.append(items, to: session).allSatisfy(\.duplicate))
        }
    }

    @Test("Empty optional texts are there and empty", arguments: StoreKind.tested)
    func empty(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            _ = try await store.append(.sample("x", id: id, agent: "", user: ""), to: session)
            let message = try await store.message(id, in: session, owner: nil)
            #expect(message.hasAgentName && message.agentName.isEmpty)
            #expect(message.hasUserID && message.userID.isEmpty)
        }
    }
}
