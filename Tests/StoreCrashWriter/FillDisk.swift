import ChatStore
import GeneratedMessages
import ProtobufRuntime

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Appends until the system refuses to let the store's files grow, and says so; then lifts the limit and goes on.
/// On stdout: the seq of each acknowledged message, "refused <code>" three times, "resumed", and 20 seqs more.
func fillDisk(_ store: any ChatStore, session: UUID, fileLimitBytes: UInt) async throws {
    // Without this the process would be ended when it meets the limit, instead of the write failing.
    signal(SIGXFSZ, SIG_IGN)
    setFileLimit(rlim_t(fileLimitBytes))
    var refusals = 0
    while refusals < 3 {
        do {
            print(try await append(to: store, session))
        } catch let error as StoreError {
            print("refused \(error.code)")
            refusals += 1
        }
    }
    setFileLimit(nil)
    print("resumed")
    for _ in 0..<20 { print(try await append(to: store, session)) }
    fflush(nil)
}

private func append(to store: any ChatStore, _ session: UUID) async throws -> Int64 {
    let item = Append.Item(
        messageID: UUID(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max)),
        digest: MessageDigest(word0: 0, word1: 0, word2: 0, word3: 0), role: .user,
        content: FieldBytes(String(repeating: "x", count: 100_000)), timestamp: 0)
    return try await store.append(Append(sessionID: session, items: [item]))[0].seq
}

/// How large a file of this process may become (setrlimit, RLIMIT_FSIZE); nil is as large as it ever could.
private func setFileLimit(_ bytes: rlim_t?) {
    var limit = rlimit()
    guard getrlimit(fileSize, &limit) == 0 else { fatalError("getrlimit failed") }
    limit.rlim_cur = bytes ?? limit.rlim_max
    guard setrlimit(fileSize, &limit) == 0 else { fatalError("setrlimit failed") }
}

#if canImport(Darwin)
    private let fileSize = RLIMIT_FSIZE
#else
    private let fileSize = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
#endif
