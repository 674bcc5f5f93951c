import GeneratedMessages
import ProtobufRuntime

/// A page of sessions, made from its rows.
enum SessionPage {
    static func bind(_ query: SessionQuery, user: String?, owner: String?, _ parameters: ParameterBuffer) {
        parameters.add(user)
        parameters.add(!query.deleted)
        parameters.add(owner)
        parameters.add(query.after.map { PostgresEpoch.value(ofUnixMicroseconds: $0.lastActivity) })
        if let after = query.after { parameters.add(after.id) } else { parameters.addNull() }
        parameters.add(max(query.offset, 0))
        parameters.add(Int64(query.limit) + 1)
    }

    static func decode(
        _ result: borrowing PostgresResult, _ query: SessionQuery
    ) throws(StoreError) -> ListSessionsResponse {
        var page = ListSessionsResponse()
        for row in 0..<min(result.rowCount, query.limit) {
            try page.sessions.append { session throws(StoreError) in
                try SessionColumns.decode(result, row: row, into: &session)
            }
        }
        page.hasMore = result.rowCount > query.limit
        return page
    }
}
