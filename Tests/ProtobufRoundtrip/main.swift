// Decodes and encodes messages for a program that knows another implementation of protobuf and compares.
//
// Standard input is a sequence of cases, each of four parts, each part a length (4 bytes, big-endian) and as many bytes:
//
//   1. the full name of a message type, for example `chatrpc.test.Everything` (see `types` for those there are)
//   2. what the payload is: `binary`, `json` (the proto3 JSON mapping) or `rest` (REST JSON)
//   3. what to answer with: the same words
//   4. the payload
//
// Standard output answers each case, in order, before the next is read: one byte, a length (4 bytes, big-endian), and as
// many bytes. The first byte is
//
//   0  the bytes are the message in the form that was asked for
//   1  the payload was refused; the bytes are UTF-8: code, field, offset and message of the error, with tabs between them
//      (field and offset are empty where they are unknown)
//   2  the case itself is wrong: an unknown type or form; the bytes say what
//
// The program ends, with status 0, at the end of the input; with status 1 if the input ends within a case.

import GeneratedMessages
import GeneratedRPC
import GeneratedTestMessages
import ProtobufRuntime

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

while let name = readPart() {
    guard let input = readPart(), let output = readPart(), let payload = readPart() else { exit(1) }
    answer(
        to: Case(
            type: String(decoding: name, as: UTF8.self), input: String(decoding: input, as: UTF8.self),
            output: String(decoding: output, as: UTF8.self), payload: payload))
}

/// A length and as many bytes, or nil at the end of the input.
func readPart() -> [UInt8]? {
    guard let header = readBytes(4) else { return nil }
    return readBytes(header.reduce(0) { $0 << 8 | Int($1) })
}

/// Exactly so many bytes, or nil if the input ends before.
func readBytes(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
        let more = bytes.withUnsafeMutableBytes {
            read(STDIN_FILENO, $0.baseAddress.map { $0 + filled }, count - filled)
        }
        guard more > 0 else { return nil }
        filled += more
    }
    return bytes
}

func answer(to test: Case) {
    let answer = test.run()
    let count = UInt32(answer.bytes.count)
    let header = [answer.status] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * UInt32($0))) }
    writeAll(header + answer.bytes)
}

func writeAll(_ bytes: [UInt8]) {
    var written = 0
    while written < bytes.count {
        let more = bytes.withUnsafeBytes {
            write(STDOUT_FILENO, $0.baseAddress.map { $0 + written }, bytes.count - written)
        }
        guard more > 0 else { exit(1) }
        written += more
    }
}
