import CNghttp2

/// Header fields to send, in order, pseudo-header fields first. Names have to be lower-case.
///
/// nghttp2 copies them when the block is submitted.
struct HeaderBlock: Sendable {
    private struct Lengths {
        var name: Int
        var value: Int
    }

    private var bytes: [UInt8] = []
    private var lengths: [Lengths] = []

    init() {}

    init(_ fields: KeyValuePairs<StaticString, String>) {
        for (name, value) in fields { append(name, value) }
    }

    var count: Int { lengths.count }

    mutating func append(_ name: StaticString, _ value: String) {
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: value.utf8)
        lengths.append(Lengths(name: name.utf8CodeUnitCount, value: value.utf8.count))
    }

    mutating func append(_ name: StaticString, bytes value: some Collection<UInt8>) {
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: value)
        lengths.append(Lengths(name: name.utf8CodeUnitCount, value: value.count))
    }

    mutating func append(name: some Collection<UInt8>, value: some Collection<UInt8>) {
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: value)
        lengths.append(Lengths(name: name.count, value: value.count))
    }

    /// The fields as text, for what is not HTTP/2.
    var fields: [(name: String, value: String)] {
        var next = 0
        return lengths.map { length in
            let middle = next + length.name
            defer { next = middle + length.value }
            return (
                String(decoding: bytes[next..<middle], as: UTF8.self),
                String(decoding: bytes[middle..<(middle + length.value)], as: UTF8.self)
            )
        }
    }

    /// The block as nghttp2 wants it; the pointers are good only inside the closure.
    func withFields<R>(_ body: (UnsafeBufferPointer<nghttp2_nv>) -> R) -> R {
        bytes.withUnsafeBufferPointer { all in
            withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: lengths.count) { fields in
                // nghttp2's struct has no const; it does not write to them.
                var next = UnsafeMutablePointer(mutating: all.baseAddress)
                for (index, length) in lengths.enumerated() {
                    let value = next.map { $0 + length.name }
                    fields.initializeElement(
                        at: index,
                        to: nghttp2_nv(
                            name: next, value: value, namelen: length.name, valuelen: length.value,
                            flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)))
                    next = value.map { $0 + length.value }
                }
                return body(UnsafeBufferPointer(fields))
            }
        }
    }
}

/// A header block that is the same each time: laid out once, never freed, sent without a copy.
///
/// Make these as `static let` only: nghttp2 reads the bytes when the frame is sent, at whatever time that is.
final class FixedHeaderBlock: @unchecked Sendable {
    // Sendable because nothing changes after init, and nothing is ever freed.
    let fields: UnsafeBufferPointer<nghttp2_nv>

    init(_ fields: KeyValuePairs<StaticString, StaticString>) {
        let block = UnsafeMutableBufferPointer<nghttp2_nv>.allocate(capacity: fields.count)
        for (index, field) in fields.enumerated() {
            let noCopy = NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue
            block.initializeElement(
                at: index,
                to: nghttp2_nv(
                    name: UnsafeMutablePointer(mutating: field.key.utf8Start),
                    value: UnsafeMutablePointer(mutating: field.value.utf8Start),
                    namelen: field.key.utf8CodeUnitCount, valuelen: field.value.utf8CodeUnitCount,
                    flags: UInt8(noCopy)))
        }
        self.fields = UnsafeBufferPointer(block)
    }
}
