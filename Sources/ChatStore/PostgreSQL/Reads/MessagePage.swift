import GeneratedMessages
import ProtobufRuntime

/// A page of messages, made from its rows.
enum MessagePage {
    static func bind(_ query: MessageQuery, owner: String?, _ parameters: ParameterBuffer) {
        parameters.add(query.sessionID)
        parameters.add(owner)
        parameters.add(bounded(query.afterSeq ?? 0))
        parameters.add(bounded(query.beforeSeq ?? .max))
        parameters.add(bounded(max(query.offset, 0)))
        parameters.add(Int64(query.limit) + 1)
        parameters.add(Int64(query.maximumBytes))
    }

    /// So that SQL's arithmetic on it can't overflow. No session has as many messages.
    private static func bounded(_ value: Int64) -> Int64 {
        min(max(value, -1 << 60), 1 << 60)
    }

    static func decode(
        _ result: borrowing PostgresResult, _ query: MessageQuery
    ) throws(StoreError) -> ListMessagesResponse {
        var page = ListMessagesResponse()
        guard result.rowCount > 0 else { return page }
        page.revision = try result.int64(0, MessageColumns.sessionRevision)
        page.resetEpoch = try result.int64(0, MessageColumns.sessionEpoch)
        page.totalCount = try result.int64(0, MessageColumns.messageCount)
        guard try result.optionalInt64(0, MessageColumns.seq) != nil else { return page }
        let taken = rowsThatFit(result, query)
        try append(rows: taken, of: result, session: query.sessionID, to: &page)
        page.hasMore = taken < result.rowCount
        if page.hasMore {
            let last = try result.int64(taken - 1, MessageColumns.seq)
            if query.newestFirst { page.nextBeforeSeq = last } else { page.nextAfterSeq = last }
        }
        return page
    }

    private static func rowsThatFit(_ result: borrowing PostgresResult, _ query: MessageQuery) -> Int {
        var budget = PageBudget(maximumBytes: query.maximumBytes)
        let most = min(result.rowCount, query.limit)
        var taken = 0
        while taken < most, budget.admits(MessageColumns.encodedBytes(result, row: taken)) { taken += 1 }
        return taken
    }

    private static func append(
        rows: Int, of result: borrowing PostgresResult, session: UUID, to page: inout ListMessagesResponse
    ) throws(StoreError) {
        try session.withTextUTF8 { sessionID throws(StoreError) in
            for row in 0..<rows {
                try page.messages.append { message throws(StoreError) in
                    try MessageColumns.decode(result, row: row, sessionID: sessionID, into: &message)
                }
            }
        }
    }
}
