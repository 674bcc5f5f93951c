import GeneratedMessages
import ProtobufRuntime

/// A page of messages, made from its rows.
///
/// What the database sends has to be bounded by bytes, so that a page of the largest messages does not fill the memory. It
/// nearly always is small, and adding up its bytes costs the database as much as finding it. So the first statement leaves
/// out contents that are large for a page; only where the page needs one of them, a second statement adds up.
enum MessagePage {
    enum Bound {
        /// Larger contents are left out.
        case ofContents
        /// The rows end behind those that fill the page.
        case ofPage
    }

    static func statement(for query: MessageQuery, _ bound: Bound) -> String {
        switch bound {
        case .ofContents: query.newestFirst ? ReadStatements.newestFirst : ReadStatements.oldestFirst
        case .ofPage: query.newestFirst ? ReadStatements.newestFirstOfLarge : ReadStatements.oldestFirstOfLarge
        }
    }

    /// A content of up to so many bytes is small for any page.
    private static let smallContentBytes = 16 << 10

    static func bind(_ query: MessageQuery, _ bound: Bound, owner: String?, _ parameters: ParameterBuffer) {
        parameters.add(query.sessionID)
        parameters.add(owner)
        parameters.add(bounded(query.afterSeq ?? 0))
        parameters.add(bounded(query.beforeSeq ?? .max))
        parameters.add(bounded(max(query.offset, 0)))
        parameters.add(Int64(query.limit) + 1)
        switch bound {
        case .ofContents: parameters.add(Int64(max(query.maximumBytes / max(query.limit, 1), smallContentBytes)))
        case .ofPage: parameters.add(Int64(query.maximumBytes))
        }
    }

    /// So that SQL's arithmetic on it can't overflow. No session has as many messages.
    private static func bounded(_ value: Int64) -> Int64 {
        min(max(value, -1 << 60), 1 << 60)
    }

    /// Nil where a message of the page comes without its content.
    static func decode(
        _ result: borrowing PostgresResult, _ query: MessageQuery
    ) throws(StoreError) -> ListMessagesResponse? {
        var page = ListMessagesResponse()
        guard result.rowCount > 0 else { return page }
        page.revision = try result.int64(0, MessageColumns.sessionRevision)
        page.resetEpoch = try result.int64(0, MessageColumns.sessionEpoch)
        page.totalCount = try result.int64(0, MessageColumns.messageCount)
        guard try result.optionalInt64(0, MessageColumns.seq) != nil else { return page }
        guard let taken = rowsThatFit(result, query) else { return nil }
        try fill(&page.messages, from: result, rows: taken, of: query.sessionID)
        page.hasMore = taken < result.rowCount
        if page.hasMore {
            let last = try result.int64(taken - 1, MessageColumns.seq)
            if query.newestFirst { page.nextBeforeSeq = last } else { page.nextAfterSeq = last }
        }
        return page
    }

    /// Nil where one of them comes without its content.
    private static func rowsThatFit(_ result: borrowing PostgresResult, _ query: MessageQuery) -> Int? {
        var budget = PageBudget(maximumBytes: query.maximumBytes)
        let most = min(result.rowCount, query.limit)
        var taken = 0
        while taken < most {
            guard let bytes = MessageColumns.encodedBytes(result, row: taken) else { return nil }
            guard budget.admits(bytes) else { break }
            taken += 1
        }
        return taken
    }

    private static func fill(
        _ messages: inout RepeatedField<Message>, from result: borrowing PostgresResult, rows: Int, of session: UUID
    ) throws(StoreError) {
        try session.withTextUTF8 { sessionID throws(StoreError) in
            for row in 0..<rows {
                try messages.append { message throws(StoreError) in
                    try MessageColumns.decode(result, row: row, sessionID: sessionID, into: &message)
                }
            }
        }
    }
}
