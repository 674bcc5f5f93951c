import CNghttp2

extension HTTP2Session {
    static func bodyProvider(_ stream: UnsafeMutableRawPointer) -> nghttp2_data_provider {
        nghttp2_data_provider(
            source: nghttp2_data_source(ptr: stream), read_callback: HTTP2Callbacks.readBody)
    }

    /// Tells the delegate about frames that belong to the connection.
    func receiveControlFrame(_ frame: UnsafePointer<nghttp2_frame>) {
        let header = frame.pointee.hd
        switch UInt32(header.type) {
        case NGHTTP2_SETTINGS.rawValue:
            if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 { delegate.didReceiveSettings() }
        case NGHTTP2_PING.rawValue:
            let payload = withUnsafeBytes(of: frame.pointee.ping.opaque_data) { $0.loadUnaligned(as: UInt64.self) }
            delegate.didReceivePing(
                isAcknowledgement: header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0,
                payload: UInt64(bigEndian: payload))
        case NGHTTP2_GOAWAY.rawValue:
            let goAway = frame.pointee.goaway
            let debug = UnsafeBufferPointer(start: goAway.opaque_data, count: min(goAway.opaque_data_len, 1024))
            delegate.didReceiveGoAway(
                lastStreamID: goAway.last_stream_id, code: HTTP2ErrorCode(rawValue: goAway.error_code),
                debug: String(decoding: debug, as: UTF8.self))
        default:
            break
        }
    }
}
