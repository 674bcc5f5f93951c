import ChatStore
import RPCCore

/// Runs a call on the store, with its errors worded for the caller.
func storing<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch let error as StoreError {
        throw RPCError(error)
    }
}
