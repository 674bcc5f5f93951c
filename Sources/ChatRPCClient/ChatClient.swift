public import RPCCore
import RPCTransport

/// A client of a chat-history server.
///
/// ```swift
/// try await withChatClient("http://127.0.0.1:8080") { client in
///     let session = try await client.sessions.create(name: "Travel plans")
///     try await client.messages.append("Where is it warm in May?", as: .user, to: session.id)
///     for try await message in client.messages.all(in: session.id) {
///         print(message.seq, message.content)
///     }
/// }
/// ```
///
/// A client is a value that many tasks can use at once; all of them share one connection. It connects with the first call
/// and again whenever it has to. Calls that fail for a passing reason are made again (``RetryPolicy``), and never write
/// twice: every append has its id before it is first sent. What fails for good is thrown as a ``ChatError``.
public struct ChatClient: Sendable {
    /// The conversations.
    public let sessions: ChatSessions
    /// What they hold.
    public let messages: ChatMessages

    /// The channel, if it is the client's own.
    private let channel: HTTP2ClientChannel?

    /// A client of the server at `https://host:port`, `http://host:port` or `host:port`, which is without TLS, or of the
    /// servers of a target as gRPC writes it: `dns:///name:port`, `ipv4:…`, `ipv6:…`, `unix:path`. Nothing is
    /// sent before the first call. What TLS trusts and shows is `configuration.channel.tls`.
    ///
    /// - Throws: `ChatError`, `invalidArgument`, if that is not an endpoint; see ``RPCTransport/ClientTarget``.
    public init(
        _ endpoint: String, configuration: ChatClientConfiguration = ChatClientConfiguration()
    ) throws(ChatError) {
        do {
            var channel = configuration.channel
            channel.service = channel.service ?? configuration.retries.service
            self.init(
                channel: HTTP2ClientChannel(try ClientTarget(endpoint), configuration: channel), isOwner: true,
                configuration: configuration)
        } catch {
            throw ChatError(error, attempts: 0)
        }
    }

    /// A client on a channel that someone else made and closes. Calls are made again as that channel does it, not by
    /// `configuration.retries`: put ``RetryPolicy/service`` into the channel's configuration for that.
    public init(
        channel: any ClientChannel, configuration: ChatClientConfiguration = ChatClientConfiguration()
    ) {
        self.init(channel: channel, isOwner: false, configuration: configuration)
    }

    private init(channel: any ClientChannel, isOwner: Bool, configuration: ChatClientConfiguration) {
        let caller = ChatCaller(
            channel: InterceptedChannel.channel(channel, interceptors: configuration.interceptors),
            configuration: configuration)
        sessions = ChatSessions(caller: caller)
        messages = ChatMessages(caller: caller)
        self.channel = isOwner ? channel as? HTTP2ClientChannel : nil
    }

    /// Closes the connection. Calls under way and later ones fail with `cancelled`.
    public func close() async {
        await channel?.close()
    }
}

/// Runs `body` with a client, and closes it after that.
///
/// - Parameters:
///   - endpoint: `https://host:port`, `http://host:port` or `host:port`.
///   - body: what to do; the client is good as long as it runs.
public func withChatClient<Result: Sendable>(
    _ endpoint: String, configuration: ChatClientConfiguration = ChatClientConfiguration(),
    _ body: (ChatClient) async throws -> Result
) async throws -> Result {
    let client = try ChatClient(endpoint, configuration: configuration)
    do {
        let result = try await body(client)
        await client.close()
        return result
    } catch {
        await client.close()
        throw error
    }
}
