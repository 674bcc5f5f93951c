import GeneratedMessages
import ProtobufRuntime

/// The rows of the statement for changes.
enum ChangeRows {
    enum Bound {
        /// Large contents are left out, and the rows end before the first one without its content.
        case ofContents
        /// One message, whatever its size.
        case ofFirst
    }

    private static let isChanged = MessageColumns.count
    private static let session = isChanged + 1
    private static let sessionRevision = session + SessionColumns.count
    private static let storeID = sessionRevision + 1

    /// A content of up to so many bytes is small for any page.
    private static let smallContentBytes = 16 << 10

    static func bind(_ query: ChangeQuery, _ bound: Bound, owner: String?, _ parameters: ParameterBuffer) {
        parameters.add(query.sessionID)
        parameters.add(owner)
        parameters.add(query.after?.seq ?? 0)
        parameters.add(query.after?.revision ?? 0)
        switch bound {
        case .ofContents:
            parameters.add(Int64(query.limit) + 1)
            parameters.add(Int64(max(query.maximumBytes / max(query.limit, 1), smallContentBytes)))
        case .ofFirst:
            parameters.add(Int64(2))
            parameters.add(Int64.max)
        }
    }

    /// Nil where the first message comes without its content.
    static func decode(
        _ result: borrowing PostgresResult, _ query: ChangeQuery, _ bound: Bound
    ) throws(StoreError) -> ChangeFeed? {
        guard result.rowCount > 0 else { throw StoreError(.sessionNotFound) }
        var session = Session()
        try SessionColumns.decode(result, row: 0, from: Self.session, into: &session)
        var feed = ChangeFeed(
            storeID: try result.uuid(0, storeID), session: session,
            sessionRevision: try result.int64(0, sessionRevision))
        guard try result.optionalInt64(0, MessageColumns.seq) != nil else { return feed }
        var budget = PageBudget(maximumBytes: query.maximumBytes)
        let most = bound == .ofFirst ? 1 : query.limit
        for row in 0..<result.rowCount {
            let isDeleted = try result.optionalTime(row, MessageColumns.deletedAt) != nil
            let bytes = isDeleted ? 0 : MessageColumns.encodedBytes(result, row: row)
            guard row < most, let bytes, budget.admits(bytes) else {
                if row == 0 { return nil }
                feed.hasMoreEntries = true
                break
            }
            var message = try MessageColumns.decode(result, row: row, of: query.sessionID)
            if isDeleted { message.clearMetadata() }
            feed.entries.append(.init(message: message, isChanged: try result.bool(row, isChanged)))
        }
        return feed
    }
}
