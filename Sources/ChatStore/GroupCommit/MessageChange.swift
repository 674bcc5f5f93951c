import GeneratedMessages
import GeneratedRPC
public import ProtobufRuntime

/// What a caller changes of a message, as a pure function on its row, with its session's row locked.
public struct MessageChange: Sendable {
    public enum Kind: Sendable {
        /// A nil stays as it is; empty metadata removes it.
        case edit(content: FieldBytes?, metadata: FieldBytes?)
        case delete
    }

    public var kind: Kind
    /// The message's revision that the caller has seen; nil asks for no check.
    public var expectedRevision: Int64?

    public init(_ kind: Kind, expectedRevision: Int64? = nil) {
        self.kind = kind
        self.expectedRevision = expectedRevision
    }
}

extension MessageChange {
    /// What is to be written.
    struct Outcome {
        /// The message as it will be.
        var message: Message
        /// The session's revision with the change.
        var revision: Int64
        /// How many messages fewer are visible: 0 or 1.
        var newTombstones: Int64
        /// The session's preview with the change, as UTF-8.
        var preview: [UInt8]?
    }

    /// - Parameters:
    ///   - message: of the current epoch, deleted or not.
    ///   - shown: the newest two visible messages by user or assistant, newest first.
    ///   - now: in microseconds since 1970.
    /// - Returns: nil where all is so already.
    /// - Throws: messageNotFound, sessionDeleted, revisionMismatch.
    func apply(
        to message: Message, of session: Session, shown: [Message], at now: Int64
    ) throws(StoreError) -> Outcome? {
        guard session.isActive else { throw StoreError(.sessionDeleted) }
        if message.hasDeletedAt {
            if case .delete = kind { return nil }
            throw StoreError(.messageNotFound)
        }
        if let expectedRevision, expectedRevision != message.revision {
            throw StoreError(.revisionMismatch, currentRevision: message.revision)
        }
        var outcome = Outcome(message: message, revision: session.revision + 1, newTombstones: 0)
        switch kind {
        case .delete:
            outcome.message.deletedAt.unixMicroseconds = now
            outcome.newTombstones = 1
        case .edit(let content, let metadata):
            guard Self.edit(&outcome.message, content, metadata) else { return nil }
            outcome.message.editedAt.unixMicroseconds = now
        }
        outcome.message.revision = outcome.revision
        outcome.preview = Self.preview(shown, with: outcome.message)
        return outcome
    }

    private static func edit(_ message: inout Message, _ content: FieldBytes?, _ metadata: FieldBytes?) -> Bool {
        var changed = false
        if let content, content != message.contentUTF8 {
            content.withSpan { message.setContent(utf8: $0) }
            changed = true
        }
        if let metadata, metadata.isEmpty {
            changed = changed || message.hasMetadata
            message.clearMetadata()
        } else if let metadata, !message.hasMetadata || metadata != message.metadataUTF8 {
            metadata.withSpan { message.setMetadata(utf8: $0) }
            changed = true
        }
        return changed
    }

    private static func preview(_ shown: [Message], with changed: Message) -> [UInt8]? {
        let newest = shown.lazy.map { $0.seq == changed.seq ? changed : $0 }.first { !$0.hasDeletedAt }
        return newest.map { MessagePreview.bytes(of: $0.contentUTF8) }
    }
}
