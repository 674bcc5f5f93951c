/// Values from text that stands alone: a string in JSON, a map's key, a piece of a URL.
enum FieldText {
    static func bool(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        if text.elementsEqual("true".utf8) { return true }
        if text.elementsEqual("false".utf8) { return false }
        return nil
    }

    /// A number, or the name of what is none. Nil for other text, and for numbers beyond the type's range.
    static func double(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        if JSONReader.isNumber(text) { return JSONReader.double(text) }
        if text.elementsEqual("NaN".utf8) { return .nan }
        if text.elementsEqual("Infinity".utf8) { return .infinity }
        return text.elementsEqual("-Infinity".utf8) ? -.infinity : nil
    }

    /// As ``double(_:)``.
    static func float(_ text: UnsafeBufferPointer<UInt8>) -> Float? {
        if JSONReader.isNumber(text) { return JSONReader.float(text) }
        return double(text).map { Float($0) }
    }
}
