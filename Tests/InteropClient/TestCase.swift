import ArgumentParser

/// The cases of grpc's doc/interop-test-descriptions.md and doc/negative-http2-interop-test-descriptions.md, by the names that
/// they have there.
enum TestCase: String, CaseIterable, ExpressibleByArgument {
    case emptyUnary = "empty_unary"
    case largeUnary = "large_unary"
    case clientStreaming = "client_streaming"
    case serverStreaming = "server_streaming"
    case pingPong = "ping_pong"
    case emptyStream = "empty_stream"
    case clientCompressedUnary = "client_compressed_unary"
    case serverCompressedUnary = "server_compressed_unary"
    case clientCompressedStreaming = "client_compressed_streaming"
    case serverCompressedStreaming = "server_compressed_streaming"
    case customMetadata = "custom_metadata"
    case statusCodeAndMessage = "status_code_and_message"
    case specialStatusMessage = "special_status_message"
    case unimplementedMethod = "unimplemented_method"
    case unimplementedService = "unimplemented_service"
    case cancelAfterBegin = "cancel_after_begin"
    case cancelAfterFirstResponse = "cancel_after_first_response"
    case timeoutOnSleepingServer = "timeout_on_sleeping_server"
    case goAway = "goaway"
    case resetAfterHeader = "rst_after_header"
    case resetDuringData = "rst_during_data"
    case resetAfterData = "rst_after_data"
    case ping
    case maxStreams = "max_streams"

    /// Makes the calls of the case, and throws what was not as it has to be.
    func run(on calls: InteropCalls) async throws {
        switch self {
        case .emptyUnary: try await calls.emptyUnary()
        case .largeUnary: try await calls.largeUnary()
        case .clientStreaming: try await calls.clientStreaming()
        case .serverStreaming: try await calls.serverStreaming()
        case .pingPong: try await calls.pingPong()
        case .emptyStream: try await calls.emptyStream()
        case .clientCompressedUnary: try await calls.clientCompressedUnary()
        case .serverCompressedUnary: try await calls.serverCompressedUnary()
        case .clientCompressedStreaming: try await calls.clientCompressedStreaming()
        case .serverCompressedStreaming: try await calls.serverCompressedStreaming()
        case .customMetadata: try await calls.customMetadata()
        case .statusCodeAndMessage: try await calls.statusCodeAndMessage()
        case .specialStatusMessage: try await calls.specialStatusMessage()
        case .unimplementedMethod: try await calls.unimplementedMethod()
        case .unimplementedService: try await calls.unimplementedService()
        case .cancelAfterBegin: try await calls.cancelAfterBegin()
        case .cancelAfterFirstResponse: try await calls.cancelAfterFirstResponse()
        case .timeoutOnSleepingServer: try await calls.timeoutOnSleepingServer()
        case .goAway: try await calls.goAway()
        case .resetAfterHeader, .resetDuringData, .resetAfterData: try await calls.reset()
        case .ping: try await calls.ping()
        case .maxStreams: try await calls.maxStreams()
        }
    }
}
