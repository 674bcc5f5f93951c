import ProtobufRuntime

/// The parameters of one statement in binary format, as PostgreSQL's receive functions read them.
///
/// One buffer serves a connection for all its statements: texts go into it straight from the request's bytes, and
/// libpq copies it once, into its own output buffer.
final class ParameterBuffer {
    private var bytes: UnsafeMutableRawBufferPointer
    private var count = 0
    /// Where each parameter begins, or -1 for NULL.
    private var starts: [Int] = []
    private var lengths: [Int32] = []

    /// What the buffer shrinks to once a bigger statement was sent.
    private static let retainedBytes = 1 << 20

    init() {
        bytes = .allocate(byteCount: 16 << 10, alignment: 16)
    }

    deinit {
        bytes.deallocate()
    }

    func removeAll() {
        count = 0
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        if bytes.count > ParameterBuffer.retainedBytes {
            bytes.deallocate()
            bytes = .allocate(byteCount: 16 << 10, alignment: 16)
        }
    }

    /// The parameters in the form that libpq takes, for the time of the call.
    func withParameters<R>(
        _ body: (_ count: Int32, UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<Int32>?) -> R
    ) -> R {
        withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: max(starts.count, 1)) { values in
            for (index, start) in starts.enumerated() {
                let value = start < 0 ? nil : UnsafeRawPointer(bytes.baseAddress! + start)
                values.initializeElement(at: index, to: value?.assumingMemoryBound(to: CChar.self))
            }
            return lengths.withUnsafeBufferPointer { lengths in
                body(Int32(truncatingIfNeeded: starts.count), values.baseAddress, lengths.baseAddress)
            }
        }
    }

    // MARK: Whole parameters

    func addNull() {
        starts.append(-1)
        lengths.append(0)
    }

    func add(_ value: UUID) { parameter { put(value) } }

    func add(_ value: Int64?) {
        guard let value else { return addNull() }
        parameter { put(value) }
    }

    func add(_ value: Bool) { parameter { put(byte: value ? 1 : 0) } }

    func add(_ value: String?) {
        guard var value else { return addNull() }
        parameter { value.withUTF8 { put(raw: UnsafeRawBufferPointer($0)) } }
    }

    func add(_ value: FieldBytes?) {
        guard let value else { return addNull() }
        parameter { value.withSpan { span in span.withUnsafeBytes { put(raw: $0) } } }
    }

    /// Text as UTF-8.
    func add(_ value: [UInt8]?) {
        guard let value else { return addNull() }
        parameter { value.withUnsafeBytes { put(raw: $0) } }
    }

    /// A one-dimensional array; `body` puts each of its elements.
    func addArray(of type: ElementType, count: Int, _ body: (ParameterBuffer) -> Void) {
        parameter {
            put(Int32(count == 0 ? 0 : 1))
            put(Int32(1))  // may hold NULLs
            put(type.rawValue)
            guard count > 0 else { return }
            put(Int32(truncatingIfNeeded: count))
            put(Int32(1))  // lower bound
            body(self)
        }
    }

    /// The OIDs of pg_type.dat, which never change.
    enum ElementType: Int32 {
        case bytea = 17
        case int64 = 20
        case text = 25
        case timestamptz = 1184
        case uuid = 2950
    }

    // MARK: Elements of an array

    func element(_ value: UUID) {
        put(Int32(16))
        put(value)
    }

    func element(_ value: Int64) {
        put(Int32(8))
        put(value)
    }

    func element(_ value: StaticString) {
        put(Int32(truncatingIfNeeded: value.utf8CodeUnitCount))
        put(raw: UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    func element(_ value: String?) {
        guard var value else { return elementNull() }
        value.withUTF8 { text in
            put(Int32(truncatingIfNeeded: text.count))
            put(raw: UnsafeRawBufferPointer(text))
        }
    }

    func element(_ value: FieldBytes?) {
        guard let value else { return elementNull() }
        value.withSpan { span in
            put(Int32(truncatingIfNeeded: span.byteCount))
            span.withUnsafeBytes { put(raw: $0) }
        }
    }

    func element(_ value: MessageDigest) {
        put(Int32(32))
        put(value.words.0)
        put(value.words.1)
        put(value.words.2)
        put(value.words.3)
    }

    func element(_ value: [UInt8]?) {
        guard let value else { return elementNull() }
        put(Int32(truncatingIfNeeded: value.count))
        value.withUnsafeBytes { put(raw: $0) }
    }

    func elementNull() { put(Int32(-1)) }

    // MARK: Bytes

    private func parameter(_ body: () -> Void) {
        let start = count
        body()
        starts.append(start)
        lengths.append(Int32(truncatingIfNeeded: count - start))
    }

    private func put(_ value: UUID) {
        put(value.high)
        put(value.low)
    }

    private func put<Value: FixedWidthInteger>(_ value: Value) {
        let size = MemoryLayout<Value>.size
        reserve(size)
        bytes.storeBytes(of: value.bigEndian, toByteOffset: count, as: Value.self)
        count += size
    }

    private func put(byte: UInt8) {
        reserve(1)
        bytes[count] = byte
        count += 1
    }

    private func put(raw source: UnsafeRawBufferPointer) {
        guard source.count > 0 else { return }
        reserve(source.count)
        UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(from: source)
        count += source.count
    }

    private func reserve(_ more: Int) {
        guard count + more > bytes.count else { return }
        let bigger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(bytes.count * 2, count + more), alignment: 16)
        bigger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        bytes.deallocate()
        bytes = bigger
    }
}
