/// The two ways to write a path of google.protobuf.FieldMask: `user.display_name` in the message, `user.displayName`
/// in JSON.
enum FieldMaskPath {
    static func lowerCamel(_ path: UnsafeRawBufferPointer) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(path.count)
        var startsWord = false
        for byte in path {
            if byte == UInt8(ascii: "_") {
                startsWord = true
            } else {
                output.append(startsWord && isLower(byte) ? byte - 0x20 : byte)
                startsWord = false
            }
        }
        return output
    }

    static func snake(_ path: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(path.count + 4)
        for byte in path {
            let isUpper = isLower(byte | 0x20) && byte & 0x20 == 0
            if isUpper { output.append(UInt8(ascii: "_")) }
            output.append(isUpper ? byte | 0x20 : byte)
        }
        return output
    }

    private static func isLower(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "a") < 26
    }
}
