import CNghttp2

extension HTTP2Session {
    /// RFC 9113, section 6, knows the types before it.
    private static let firstUnknownFrameType: UInt8 = 0xa

    static func makeHandle(_ role: Role, _ memory: HTTP2Memory) -> OpaquePointer {
        var option: OpaquePointer?
        var handle: OpaquePointer?
        nghttp2_option_new(&option)
        defer { nghttp2_option_del(option) }
        // Windows are given back as bytes are used, not as they come.
        nghttp2_option_set_no_auto_window_update(option, 1)
        // Ours are lower, and end the connection with ENHANCE_YOUR_CALM (`FrameMeter`).
        nghttp2_option_set_stream_reset_rate_limit(option, 100_000, 100_000)
        for type in firstUnknownFrameType...UInt8.max { nghttp2_option_set_user_recv_extension_type(option, type) }
        // Closed streams are of use only to the priority tree of RFC 7540, which is off.
        nghttp2_option_set_no_closed_streams(option, 1)
        var functions = memory.functions
        let result =
            role == .server
            ? nghttp2_session_server_new3(&handle, HTTP2Callbacks.table, nil, option, &functions)
            : nghttp2_session_client_new3(&handle, HTTP2Callbacks.table, nil, option, &functions)
        guard result == 0, let handle else { fatalError("out of memory") }
        return handle
    }

    func submitSettings(_ configuration: HTTP2Configuration) {
        var entries = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: configuration.streamWindowBytes),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(clamping: configuration.maximumHeaderBytes)),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES.rawValue), value: 1),
        ]
        switch role {
        case .server:
            entries.append(
                nghttp2_settings_entry(
                    settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                    value: configuration.maximumConcurrentStreams))
        case .client:
            entries.append(
                nghttp2_settings_entry(
                    settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0))
        }
        submit(settings: entries, connectionWindowBytes: configuration.connectionWindowBytes)
    }
}
