// Appends to a store until it is killed, and says on stdout what was acknowledged: a line for each message,
// "<session> <message> <seq>". The crash tests start it, kill it, and look for every line in the store.
//
//     StoreCrashWriter SEED sqlite:///path.db
//     StoreCrashWriter SEED postgresql://... SCHEMA
//
// With STORE_FILE_LIMIT_BYTES in its environment it fills its disk instead: see fillDisk.
import ChatStore
import GeneratedMessages
import Logging
import ProtobufRuntime

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count >= 2, let seed = arguments.first.flatMap({ UInt64($0) }) else {
    fatalError("usage: StoreCrashWriter SEED URL [SCHEMA]")
}
let store = try openStore(Array(arguments.dropFirst()))

try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await store.run() }
    while !store.isUsable { try await Task.sleep(for: .milliseconds(1)) }
    if let limit = getenv("STORE_FILE_LIMIT_BYTES").flatMap({ UInt(String(cString: $0)) }) {
        try await fillDisk(store, session: UUID(high: seed, low: 0), fileLimitBytes: limit)
        group.cancelAll()
        try await group.waitForAll()
        exit(0)
    }
    for writer in 0..<32 {
        group.addTask { try await append(writer) }
    }
    try await group.waitForAll()
}

/// One writer: batches of one to three messages to five sessions, for ever.
@Sendable func append(_ writer: Int) async throws {
    var number = 0
    while true {
        let session = UUID(high: seed, low: UInt64((writer + number) % 5))
        let items = (0...number % 3).map { item in
            let text = "\(writer).\(number).\(item)"
            return Append.Item(
                messageID: UUID(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max)),
                digest: MessageDigest(word0: UInt64(writer), word1: UInt64(number), word2: UInt64(item), word3: 0),
                role: .user, content: FieldBytes(text), timestamp: 0)
        }
        let results = try await store.append(Append(sessionID: session, items: items))
        let lines = zip(items, results).map { "\(session) \($0.messageID) \($1.seq)\n" }.joined()
        // One write: a pipe takes up to 4 KiB whole or not at all.
        let bytes = Array(lines.utf8)
        guard write(1, bytes, bytes.count) == bytes.count else { exit(1) }
        number += 1
    }
}
