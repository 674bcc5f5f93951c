/// Statements that belong together on one connection, from the first one sent to the last answer. Lives on its lane's
/// thread.
protocol Exchange: AnyObject {
    /// Sends the first statements; what is sent last is a sync or a flush request.
    func start(on connection: PostgresConnection) throws(PostgresFailure)

    /// Takes the result of its next statement; may send more.
    func receive(_ result: borrowing PostgresResult, on connection: PostgresConnection) throws(PostgresFailure)

    /// Its sync was answered. True: the exchange is over; false: it has sent more.
    func synced(on connection: PostgresConnection) throws(PostgresFailure) -> Bool

    /// The connection is gone, or was not there: tells the callers.
    func lost(_ failure: PostgresFailure)
}
