/// How many bytes of messages a page may still take: the page ends before the message that would exceed it, though
/// never before its first one.
struct PageBudget: Sendable, Hashable {
    private var remainingBytes: Int
    private var isEmpty = true

    /// At least what a page takes beside its messages: five numbers of at most 11 bytes, and has_more.
    private static let ofPage = 64

    /// - Parameter maximumBytes: Of the whole page, encoded. Only a page of one message may be larger.
    init(maximumBytes: Int) {
        remainingBytes = maximumBytes - PageBudget.ofPage
    }

    /// Whether a message of that many encoded bytes is still in the page.
    mutating func admits(_ encodedBytes: Int) -> Bool {
        guard isEmpty || encodedBytes <= remainingBytes else { return false }
        isEmpty = false
        remainingBytes -= encodedBytes
        return true
    }

    /// At least what a message takes within a page: its texts, and everything else about it (two ids of 38 bytes, four
    /// numbers of at most 11, role and state, three times of at most 20, the lengths).
    static func encodedBytes(content: Int, metadata: Int, agentName: Int, userID: Int) -> Int {
        content + metadata + agentName + userID + 240
    }
}
