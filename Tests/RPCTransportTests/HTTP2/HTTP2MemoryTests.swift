import CNghttp2
import Testing

@testable import RPCTransport

@Suite struct HTTP2MemoryTests {
    /// As nghttp2 uses it: any sizes, in any order, each block whole until it is freed.
    @Test func blocksKeepWhatIsWrittenToThem() throws {
        let memory = HTTP2Memory()
        let functions = memory.functions
        var random = SystemRandomNumberGenerator()
        var blocks: [(pointer: UnsafeMutableRawPointer, size: Int, mark: UInt8)] = []
        func fill(_ pointer: UnsafeMutableRawPointer, _ size: Int) -> UInt8 {
            let mark = UInt8.random(in: 1...255, using: &random)
            pointer.initializeMemory(as: UInt8.self, repeating: mark, count: size)
            return mark
        }
        for _ in 0..<20_000 {
            let size = Int.random(in: 0...(Bool.random(using: &random) ? 600 : 5_000), using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let pointer = try #require(functions.malloc(size, functions.mem_user_data))
                blocks.append((pointer, size, fill(pointer, size)))
            case 1:
                let pointer = try #require(functions.calloc(size, 1, functions.mem_user_data))
                #expect(UnsafeRawBufferPointer(start: pointer, count: size).allSatisfy { $0 == 0 })
                blocks.append((pointer, size, fill(pointer, size)))
            case 2 where !blocks.isEmpty:
                let block = blocks.remove(at: Int.random(in: 0..<blocks.count, using: &random))
                let pointer = try #require(functions.realloc(block.pointer, size, functions.mem_user_data))
                let kept = UnsafeRawBufferPointer(start: pointer, count: min(size, block.size))
                #expect(kept.allSatisfy { $0 == block.mark })
                blocks.append((pointer, size, fill(pointer, size)))
            default:
                guard !blocks.isEmpty else { continue }
                let block = blocks.remove(at: Int.random(in: 0..<blocks.count, using: &random))
                let content = UnsafeRawBufferPointer(start: block.pointer, count: block.size)
                #expect(content.allSatisfy { $0 == block.mark })
                functions.free(block.pointer, functions.mem_user_data)
            }
            if blocks.count > 500 { functions.free(blocks.removeLast().pointer, functions.mem_user_data) }
        }
        for block in blocks { functions.free(block.pointer, functions.mem_user_data) }
        functions.free(nil, functions.mem_user_data)
        #expect(functions.calloc(.max, 2, functions.mem_user_data) == nil)
    }
}
