import CProtobufC
import Synchronization

/// What the runtime knows about a message type, in memory that is never freed, so that a message can point to it without
/// counting references. One per `MessageSchema`.
@usableFromInline
struct MessageLayout {
    /// By field index.
    @usableFromInline let fields: UnsafePointer<FieldLayout>
    @usableFromInline let fieldCount: Int
    /// The size of the C struct.
    let structSize: Int
    /// An initialised C struct that stands for every empty message of the type; never written after it was made.
    @usableFromInline let emptyMessage: UnsafeMutableRawPointer
    let descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    /// Not owned: a schema lives as long as the process.
    let schema: Unmanaged<MessageSchema>
    /// Field index by field number for small numbers, -1 where there is none.
    let indexByNumber: UnsafePointer<Int16>
    let indexByNumberCount: UInt32
    /// For each tag of one byte, the index of a singular number, text or bytes field that has that tag; -1 for all others.
    let indexByTagByte: UnsafePointer<Int16>
    /// The layouts of message fields, by field index, looked up when first used; 0 until then.
    let links: UnsafeMutablePointer<Atomic<UInt>>
    /// What messages of this type may hold, themselves or below them: `reach` as a bit set; 0 until first asked.
    let reach: UnsafeMutablePointer<Atomic<UInt>>
    /// How its fields are called in JSON.
    let json: JSONNames
}

@usableFromInline
typealias Layout = UnsafePointer<MessageLayout>

extension UnsafePointer where Pointee == MessageLayout {
    /// The index of the singular field, no message, of which that byte is the tag, or -1.
    @inline(__always)
    func index(ofTagByte byte: UInt8) -> Int { Int(pointee.indexByTagByte[Int(byte)]) }

    /// The index of the field with that number, or -1.
    @inline(__always)
    func index(ofNumber number: UInt32) -> Int {
        if number < pointee.indexByNumberCount { return Int(pointee.indexByNumber[Int(number)]) }
        return searchIndex(ofNumber: number)
    }

    /// Binary search, for numbers beyond the table.
    @inline(never)
    private func searchIndex(ofNumber number: UInt32) -> Int {
        var low = 0
        var high = pointee.fieldCount
        while low < high {
            let middle = (low + high) / 2
            let found = pointee.fields[middle].number
            if found == number { return middle }
            if found < number { low = middle + 1 } else { high = middle }
        }
        return -1
    }

    /// The layout of the messages in that field.
    @usableFromInline
    func layout(ofMessageField index: Int) -> Layout {
        let known = pointee.links[index].load(ordering: .acquiring)
        if known != 0 { return Layout(bitPattern: known).unsafelyUnwrapped }
        return resolve(index)
    }

    @inline(never)
    private func resolve(_ index: Int) -> Layout {
        guard case .message(let schema) = schema.fields[index].kind else {
            preconditionFailure("Field \(index) of \(schema.fullName) is no message.")
        }
        let layout = schema().layout
        // Every thread finds the same one: a race only repeats the look-up.
        pointee.links[index].store(UInt(bitPattern: layout), ordering: .releasing)
        return layout
    }

    var schema: MessageSchema { pointee.schema.takeUnretainedValue() }
}
