/// What one decoded message may cost, whatever its bytes say.
public struct DecodingLimits: Sendable, Hashable {
    /// The memory that the decoded message may take, in bytes. (The input's own size is the transport's limit.)
    public var maximumBytes: Int
    /// How deep messages may nest; the outermost is at depth 1. Unknown groups count.
    public var maximumDepth: Int
    /// How many fields and elements it may hold, all levels together.
    public var maximumElements: Int

    /// The limits that every caller gets who asks for no others: 64 MiB, depth 100, a million elements.
    public static let `default` = DecodingLimits()

    public init(
        maximumBytes: Int = 64 * 1024 * 1024, maximumDepth: Int = 100, maximumElements: Int = 1_000_000
    ) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumElements = maximumElements
    }
}
