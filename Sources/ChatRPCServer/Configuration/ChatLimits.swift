/// What one request may hold. A larger one is refused with an error that names the field; nothing of it is written.
public struct ChatLimits: Sendable {
    /// Of a message's content, in UTF-8 bytes.
    public var maximumContentBytes = 1 << 20
    /// Of a message's metadata, as JSON text in bytes.
    public var maximumMetadataBytes = 16 << 10
    /// How deep arrays and objects may nest in metadata.
    public var maximumMetadataDepth = 100
    /// Of a session's name and description, in characters.
    public var maximumNameCharacters = 200
    /// Of agent_name and user_id, in UTF-8 bytes.
    public var maximumIdentifierBytes = 256
    /// Messages in one batch.
    public var maximumBatchMessages = 500
    /// Messages in one page.
    public var maximumPageMessages = 500
    /// Messages in a page whose limit is not given.
    public var defaultPageMessages = 200
    /// Sessions in one page.
    public var maximumPageSessions = 100
    /// Sessions in a page whose limit is not given.
    public var defaultPageSessions = 20
    /// Of a page of messages by gRPC, in encoded bytes: stock clients refuse answers over 4 MiB.
    public var defaultPageBytes = 3 << 20
    /// The same by REST, where pages in the field don't page.
    public var defaultRESTPageBytes = 32 << 20

    /// Messages of one IngestMessages call that may be under way, and their contents in bytes.
    public var maximumIngestMessages = 4_096
    public var maximumIngestBytes = 8 << 20
    /// What ExportMessages reads at once, in encoded bytes.
    public var exportPageBytes = 1 << 20

    public init() {}
}
