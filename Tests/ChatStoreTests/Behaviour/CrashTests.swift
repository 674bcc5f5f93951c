import ChatStore
import GeneratedMessages
import Testing

@Suite("A killed writer loses nothing that was acknowledged", .timeLimit(.minutes(5)))
struct CrashTests {
    @Test(
        "SIGKILL at random points under load: every acknowledged message is there once, in order, seq dense",
        arguments: StoreKind.tested)
    func killed(_ kind: StoreKind) async throws {
        var generator = SeededGenerator(stream: 99)
        try await withPlace(kind) { place in
            var acknowledged: [Acknowledgement] = []
            for _ in 0..<testCrashes {
                let writer = try CrashWriter(place, seed: testSeed)
                let lines = try await writer.lines(untilKilledAfter: .random(in: 1...2000, using: &generator))
                acknowledged += lines.compactMap(Acknowledgement.init)
                #expect(lines.allSatisfy { Acknowledgement($0) != nil })
            }
            #expect(acknowledged.count >= testCrashes)
            let expected = acknowledged
            try await place.withStore { store in
                for session in Set(expected.map(\.session)) {
                    let messages = try await store.walk(session)
                    #expect(messages.map(\.seq) == Array(1...Int64(messages.count)))
                    #expect(Set(messages.map(\.messageID)).count == messages.count)
                    let seqs = Dictionary(uniqueKeysWithValues: messages.map { ($0.messageID, $0.seq) })
                    let lost = expected.filter { $0.session == session && seqs[$0.message.description] != $0.seq }
                    #expect(lost.isEmpty, "\(lost.count) acknowledged messages are missing or elsewhere")
                    let state = try await store.session(session)
                    #expect(state.lastSeq == messages.last?.seq && state.messageCount == state.lastSeq)
                }
            }
        }
    }
}

/// A line of StoreCrashWriter.
private struct Acknowledgement {
    var session: UUID
    var message: UUID
    var seq: Int64

    init?(_ line: String) {
        let words = line.split(separator: " ")
        guard words.count == 3, let session = UUID(String(words[0])),
            let message = UUID(String(words[1])), let seq = Int64(words[2])
        else { return nil }
        (self.session, self.message, self.seq) = (session, message, seq)
    }
}
