import ChatStore
import RPCCore

/// Runs a call on the store that writes, with its errors worded for the caller.
func storing<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch let error as StoreError {
        throw RPCError(error)
    }
}

/// Runs a call on the store that reads, with its errors worded for the caller.
func reading<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch let error as StoreError {
        throw RPCError(error, isOfRead: true)
    }
}
