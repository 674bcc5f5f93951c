import CNghttp2
import NIOCore

/// nghttp2's callbacks, each turned into one call on the session's delegate or on a stream.
enum HTTP2Callbacks {
    /// Sessions copy it, so one is enough for all, for ever. It is not changed after it was made.
    nonisolated(unsafe) static let table: OpaquePointer = {
        var callbacks: OpaquePointer?
        guard nghttp2_session_callbacks_new(&callbacks) == 0, let callbacks else { fatalError("out of memory") }
        nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, onBeginFrame)
        nghttp2_session_callbacks_set_on_extension_chunk_recv_callback(callbacks, onExtensionChunk)
        nghttp2_session_callbacks_set_unpack_extension_callback(callbacks, unpackExtension)
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, onInvalidFrame)
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, onBeginHeaders)
        nghttp2_session_callbacks_set_on_header_callback(callbacks, onHeader)
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, onFrame)
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, onData)
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, onStreamClose)
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, onFrameSent)
        nghttp2_session_callbacks_set_send_data_callback(callbacks, sendData)
        return callbacks
    }()

    // No retain and no release of the session and its streams in what is called for every frame: the connection keeps the
    // session, the session its open streams.

    /// The session sets the pointer right after it makes the handle.
    @inline(__always)
    private static func withSession<R>(_ userData: UnsafeMutableRawPointer?, _ body: (HTTP2Session) -> R) -> R {
        Unmanaged<HTTP2Session>.fromOpaque(userData.unsafelyUnwrapped)._withUnsafeGuaranteedRef(body)
    }

    @inline(__always)
    private static func withStream<R>(_ pointer: UnsafeMutableRawPointer, _ body: (HTTP2Stream) -> R) -> R {
        Unmanaged<HTTP2Stream>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
    }

    // Called for every frame but CONTINUATION, those of unknown kinds too.
    private static let onBeginFrame: nghttp2_on_begin_frame_callback = { _, header, userData in
        guard let header else { return 0 }
        switch UInt32(header.pointee.type) {
        case NGHTTP2_HEADERS.rawValue, NGHTTP2_GOAWAY.rawValue, NGHTTP2_PING.rawValue:
            return 0
        case NGHTTP2_DATA.rawValue:
            let isEnd = header.pointee.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
            if header.pointee.length > 0 || isEnd { return 0 }
            withSession(userData) { $0.delegate.didReceive(.small) }
        case NGHTTP2_RST_STREAM.rawValue:
            withSession(userData) { $0.delegate.didReceive(.reset) }
        default:
            withSession(userData) { $0.delegate.didReceive(.small) }
        }
        return 0
    }

    // Frames of unknown kinds are made known so that they are counted; what is in them is dropped.
    private static let onExtensionChunk: nghttp2_on_extension_chunk_recv_callback = { _, _, _, _, _ in 0 }
    private static let unpackExtension: nghttp2_unpack_extension_callback = { _, _, _, _ in NGHTTP2_ERR_CANCEL.rawValue
    }

    private static let onInvalidFrame: nghttp2_on_invalid_frame_recv_callback = { _, _, _, userData in
        withSession(userData) { $0.delegate.didReceive(.wrong) }
        return 0
    }

    private static let onBeginHeaders: nghttp2_on_begin_headers_callback = { _, frame, userData in
        guard let frame else { return 0 }
        withSession(userData) { session in
            session.headers.removeAll()
            session.isReceivingHeaders = true
            guard frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST else { return }
            let id = frame.pointee.hd.stream_id
            guard let stream = session.delegate.openStream(id: id) else { return session.refuse(id) }
            session.attach(stream, id: id)
        }
        return 0
    }

    private static let onHeader: nghttp2_on_header_callback = {
        _, _, name, nameCount, value, valueCount, _, userData in
        withSession(userData) { session in
            let isAbuse = session.headers.append(
                name: UnsafeRawBufferPointer(start: name, count: nameCount),
                value: UnsafeRawBufferPointer(start: value, count: valueCount))
            guard isAbuse else { return 0 }
            session.terminate(.enhanceYourCalm)
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
    }

    private static let onFrame: nghttp2_on_frame_recv_callback = { _, frame, userData in
        guard let frame else { return 0 }
        let header = frame.pointee.hd
        let isEnd = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        withSession(userData) { session in
            switch UInt32(header.type) {
            case NGHTTP2_DATA.rawValue:
                if isEnd { session.withStream(header.stream_id) { $0.end() } }
            case NGHTTP2_HEADERS.rawValue:
                session.isReceivingHeaders = false
                session.withStream(header.stream_id) { stream in
                    stream.receiveHeaders(session.headers, kind: kind(frame.pointee.headers.cat))
                    if isEnd { stream.end() }
                }
            default:
                session.receiveControlFrame(frame)
            }
        }
        return 0
    }

    private static func kind(_ category: nghttp2_headers_category) -> HTTP2Stream.HeadersKind {
        switch category {
        case NGHTTP2_HCAT_REQUEST: .request
        case NGHTTP2_HCAT_RESPONSE: .response
        default: .later
        }
    }

    private static let onData: nghttp2_on_data_chunk_recv_callback = { _, _, id, data, count, userData in
        withSession(userData) { session in
            session.consumeConnection(count)
            if count > 0 { session.delegate.didReceiveBody() }
            session.withStream(id) { $0.receiveData(UnsafeRawBufferPointer(start: data, count: count)) }
        }
        return 0
    }

    private static let onStreamClose: nghttp2_on_stream_close_callback = { _, id, code, userData in
        withSession(userData) { session in
            session.withStream(id) { session.close($0, HTTP2ErrorCode(rawValue: code)) }
        }
        return 0
    }

    private static let onFrameSent: nghttp2_on_frame_send_callback = { _, frame, userData in
        guard let frame else { return 0 }
        withSession(userData) { session in
            let header = frame.pointee.hd
            // A reset that is our answer to something wrong, by whatever way the peer brought it about.
            if UInt32(header.type) == NGHTTP2_RST_STREAM.rawValue, isFault(frame.pointee.rst_stream.error_code) {
                return session.delegate.didReceive(.wrong)
            }
            guard session.streamsToReset > 0, header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
                UInt32(header.type) == NGHTTP2_DATA.rawValue || UInt32(header.type) == NGHTTP2_HEADERS.rawValue
            else { return }
            session.withStream(header.stream_id) { stream in
                if stream.resetsAfterEnd { session.didSendEnd(of: stream) }
            }
        }
        return 0
    }

    private static func isFault(_ code: UInt32) -> Bool {
        switch HTTP2ErrorCode(rawValue: code) {
        // The last is what we say ourselves where a peer sends more than is kept.
        case .noError, .cancel, .refusedStream, .enhanceYourCalm: false
        default: true
        }
    }

    /// How much of the body can go now.
    static let readBody: nghttp2_data_source_read_callback = { _, _, _, limit, flags, source, userData in
        guard let flags, let pointer = source?.pointee.ptr else { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
        return withStream(pointer) { stream in
            let queued = stream.outgoing.queuedBytes
            let count = min(queued, limit)
            if count == queued {
                switch stream.outgoing.ending {
                case .open:
                    if count == 0 {
                        stream.outgoing.isDeferred = true
                        return Int(NGHTTP2_ERR_DEFERRED.rawValue)
                    }
                case .endStream:
                    flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
                case .fixedTrailers, .trailers:
                    flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
                    withSession(userData) { $0.submitTrailers(of: stream) }
                }
            }
            // The bytes go straight from the stream's buffer to the connection's, in sendData.
            if count > 0 { flags.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue }
            return count
        }
    }

    private static let sendData: nghttp2_send_data_callback = { _, _, header, count, source, userData in
        guard let header, let pointer = source?.pointee.ptr else {
            return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
        }
        return withSession(userData) { session in
            withStream(pointer) { stream in
                session.output.writeWithUnsafeMutableBytes(minimumWritableBytes: 9 + count) { target in
                    target.copyMemory(from: UnsafeRawBufferPointer(start: header, count: 9))
                    stream.outgoing.moveFirst(
                        count, into: UnsafeMutableRawBufferPointer(rebasing: target[9..<(9 + count)]))
                    return 9 + count
                }
                session.delegate.didSendBody(count, isAllThatWaited: stream.outgoing.queuedBytes == 0)
                stream.didSendData(count)
            }
            guard session.output.readableBytes >= session.drainLimit else { return 0 }
            session.isDrainPaused = true
            return NGHTTP2_ERR_PAUSE.rawValue
        }
    }
}
