internal import NIOCore

/// Small buffers of ended calls, for the next ones of the same connection.
struct SpareBuffers {
    private static let maximumCount = 128
    private static let maximumBytes = 4_096

    private var buffers: [ByteBuffer] = []

    mutating func take() -> ByteBuffer {
        guard var buffer = buffers.popLast() else { return ByteBuffer() }
        buffer.clear()
        return buffer
    }

    mutating func give(_ buffer: consuming ByteBuffer) {
        guard buffer.storageCapacity > 0, buffer.storageCapacity <= Self.maximumBytes,
            buffers.count < Self.maximumCount
        else { return }
        buffers.append(buffer)
    }
}
