import GeneratedInteropMessages
import ProtobufRuntime
import RPCCore

/// What was not as the case wants it.
struct Mismatch: Error, CustomStringConvertible {
    let description: String
}

func expect<Value: Equatable>(_ name: String, _ value: Value, is expected: Value) throws(Mismatch) {
    guard value == expected else {
        throw Mismatch(description: "\(name) is \(value), and \(expected) was expected")
    }
}

/// So many zeros.
func expect(_ name: String, _ payload: Payload, hasSize size: Int32) throws(Mismatch) {
    try expect("the size of \(name)", payload.bodyBytes.count, is: Int(size))
    guard payload.bodyBytes.allSatisfy({ $0 == 0 }) else { throw Mismatch(description: "\(name) is not all zeros") }
    try expect("the type of \(name)", payload.type, is: .compressable)
}

/// The call has to fail, with that code and, where one is given, that message.
func expect(
    _ name: String, failsWith code: StatusCode, _ message: String? = nil,
    _ call: () async throws -> Void
) async throws {
    do {
        try await call()
    } catch let error as RPCError {
        try expect("the status of \(name)", error.code, is: code)
        if let message { try expect("the message of \(name)'s status", error.message, is: message) }
        return
    }
    throw Mismatch(description: "\(name) succeeded, and \(code) was expected")
}
