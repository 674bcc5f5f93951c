import GeneratedMessages
import GeneratedRPC
import ProtobufRuntime

/// Changing one message: its session's row is locked, and the message is changed by a pure function.
struct MessageUpdate: SessionWork, Sendable {
    let sessionID: UUID
    private let messageID: UUID
    private let change: MessageChange
    private let owner: String?
    private var session: Session?
    private var message: Message?
    private var shown: [Message] = []
    private var outcome: MessageChange.Outcome?

    init(_ messageID: UUID, in sessionID: UUID, _ change: MessageChange, owner: String?) {
        self.messageID = messageID
        self.sessionID = sessionID
        self.change = change
        self.owner = owner
    }

    func ask(_ connection: PostgresConnection) throws(PostgresFailure) -> Int {
        try connection.execute(AppendStatements.lockSession) { $0.add(sessionID) }
        // Statements of their own behind the lock: they see what the last holder of the lock has committed.
        try connection.execute(AppendStatements.findMessage) { parameters in
            parameters.add(sessionID)
            parameters.add(messageID)
        }
        try connection.execute(AppendStatements.shownMessages) { $0.add(sessionID) }
        return 3
    }

    mutating func receive(_ result: borrowing PostgresResult, number: Int) throws(StoreError) {
        switch number {
        case 0: if result.rowCount == 1 { session = try SessionColumns.decode(result, row: 0) }
        case 1: if result.rowCount == 1 { message = try MessageColumns.decode(result, row: 0, of: sessionID) }
        default:
            for row in 0..<result.rowCount {
                var message = Message()
                message.seq = try result.int64(row, 0)
                if let content = result.bytes(row, 1) { message.setContent(utf8: content.bytes) }
                shown.append(message)
            }
        }
    }

    mutating func decide() throws(StoreError) -> Message {
        guard let session, session.isVisible(to: owner), let message else { throw StoreError(.messageNotFound) }
        outcome = try change.apply(to: message, of: session, shown: shown, at: WallClock.unixMicroseconds)
        return outcome?.message ?? message
    }

    func write(_ connection: PostgresConnection) throws(PostgresFailure) -> Int {
        guard let outcome else { return 0 }
        let message = outcome.message
        try connection.execute(AppendStatements.updateMessage) { parameters in
            parameters.add(sessionID)
            parameters.add(message.seq)
            parameters.add(message.contentUTF8)
            parameters.add(message.hasMetadata ? message.metadataUTF8 : nil)
            parameters.add(outcome.revision)
            parameters.add(Self.time(message.hasEditedAt ? message.editedAt : nil))
            parameters.add(Self.time(message.hasDeletedAt ? message.deletedAt : nil))
        }
        try connection.execute(AppendStatements.touchSession) { parameters in
            parameters.add(sessionID)
            parameters.add(outcome.revision)
            parameters.add(outcome.newTombstones)
            parameters.add(outcome.preview)
        }
        return 2
    }

    private static func time(_ timestamp: Timestamp?) -> Int64? {
        timestamp.map { PostgresEpoch.value(ofUnixMicroseconds: $0.unixMicroseconds) }
    }
}
