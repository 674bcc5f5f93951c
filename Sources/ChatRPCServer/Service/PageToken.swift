import ChatStore

/// The page_token of ListSessions: where the page before ended, as `v1.<microseconds>.<session id>`.
enum PageToken {
    static func make(_ position: SessionPosition) -> String {
        "v1.\(position.lastActivity).\(position.id)"
    }

    /// The years 1 to 9999, in microseconds since 1970: what a timestamp can hold.
    private static let times = -62_135_596_800_000_000...253_402_300_799_999_999 as ClosedRange<Int64>

    /// Nil for a text that is no token.
    static func parse(_ text: String) -> SessionPosition? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "v1", let time = Int64(parts[1]), times.contains(time),
            let id = UUID(String(parts[2]))
        else { return nil }
        return SessionPosition(lastActivity: time, id: id)
    }
}
