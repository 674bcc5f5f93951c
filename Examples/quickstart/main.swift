// Writes to a chat server and reads it back: `make run` in one terminal, `swift run quickstart` in another.
import ChatRPCClient

let endpoint = CommandLine.arguments.dropFirst().first ?? "http://127.0.0.1:8080"

try await withChatClient(endpoint) { client in
    let session = try await client.sessions.create(name: "Travel plans")

    // Each append gets its id before it is first sent: the retries that are built in never write it twice.
    try await client.messages.append("Where is it warm in May?", as: .user, to: session.id)
    let reply = try await client.messages.append("Try Crete.", as: .assistant, to: session.id)
    print("stored as number \(reply.seq) of session \(session.id)")

    for try await message in client.messages.all(in: session.id) {
        print("\(message.seq). \(message.role): \(message.content)")
    }

    do {
        _ = try await client.sessions.get("018f0000-0000-7000-8000-000000000000")
    } catch let error as ChatError where error.code == .sessionNotFound {
        print("that session is not there")
    }
}
