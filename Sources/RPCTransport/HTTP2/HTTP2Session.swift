import CNghttp2
import NIOCore

/// One end of one HTTP/2 connection: bytes in, events out; frames in, bytes out. It does no I/O.
///
/// The only owner of an `nghttp2_session`. It is used on one event loop only. Feed everything that was read to
/// ``receive(_:)``, submit, then ``drain(upTo:)`` and write ``output``; never from inside an event.
final class HTTP2Session {
    enum Role: Sendable {
        case client
        case server
    }

    // These are touched for every frame; none is ever held while another event can come, so the check at run time of
    // exclusive access is left out.

    /// Frames that wait to be written. The connection writes it and clears it.
    @exclusivity(unchecked) var output = ByteBuffer()
    let role: Role
    /// Streams that are open, at both roles.
    @exclusivity(unchecked) private(set) var openStreams = 0

    /// Open streams that are to be reset when they have ended.
    @exclusivity(unchecked) private(set) var streamsToReset = 0
    /// Whether a header block has begun to come and has not ended.
    @exclusivity(unchecked) var isReceivingHeaders = false
    let headers: ReceivedHeaders
    /// It owns the session. Unsafe: a safe reference would be counted for every frame.
    unowned(unsafe) let delegate: any HTTP2SessionDelegate
    @exclusivity(unchecked) var drainLimit = Int.max
    @exclusivity(unchecked) var isDrainPaused = false
    /// Its streams are gone: nghttp2 may still point to them, and is not run any more.
    @exclusivity(unchecked) private var isClosed = false

    private let handle: OpaquePointer
    private let memory = HTTP2Memory()
    @exclusivity(unchecked) private unowned(unsafe) var firstOpen: HTTP2Stream?

    init(role: Role, configuration: HTTP2Configuration, delegate: any HTTP2SessionDelegate) {
        self.role = role
        self.delegate = delegate
        headers = ReceivedHeaders(
            maximumBytes: configuration.maximumHeaderBytes, maximumFields: configuration.maximumHeaderFields)
        handle = HTTP2Session.makeHandle(role, memory)
        nghttp2_session_set_user_data(handle, Unmanaged.passUnretained(self).toOpaque())
        submitSettings(configuration)
    }

    deinit {
        nghttp2_session_del(handle)
        while let stream = firstOpen {
            firstOpen = stream.nextOpen
            Unmanaged.passUnretained(stream).release()
        }
    }

    // MARK: Bytes

    /// Takes bytes that came from the peer. A mistake of the peer's queues a GOAWAY, and ``isFinished`` says so when it has
    /// been drained; an error that is thrown means that the connection has to be closed at once.
    func receive(_ bytes: UnsafeRawBufferPointer) throws(HTTP2SessionError) {
        if isClosed { return }
        let count = nghttp2_session_mem_recv(
            handle, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        if count < 0 { throw HTTP2SessionError(libraryCode: Int32(count)) }
    }

    /// Appends frames to ``output`` until nothing is left to send or `output` holds `limit` bytes or a little more.
    /// Returns whether there may be more.
    func drain(upTo limit: Int) throws(HTTP2SessionError) -> Bool {
        drainLimit = limit
        if isClosed { return false }
        while output.readableBytes < limit {
            var frame: UnsafePointer<UInt8>?
            isDrainPaused = false
            let count = nghttp2_session_mem_send(handle, &frame)
            if count < 0 { throw HTTP2SessionError(libraryCode: Int32(count)) }
            if count == 0 { return isDrainPaused }
            output.writeBytes(UnsafeRawBufferPointer(start: frame, count: count))
        }
        return true
    }

    /// Whether the session has nothing more to read or write: the connection is to be closed.
    var isFinished: Bool {
        nghttp2_session_want_read(handle) == 0 && nghttp2_session_want_write(handle) == 0
    }

    var wantsWrite: Bool { nghttp2_session_want_write(handle) != 0 }

    // MARK: Messages

    /// Opens a stream (client). With `hasBody`, what is in the stream's `outgoing` follows, now and later.
    func submitRequest(_ headers: HeaderBlock, stream: HTTP2Stream, hasBody: Bool) throws(HTTP2SessionError) {
        let pointer = Unmanaged.passUnretained(stream).toOpaque()
        let id = headers.withFields { fields in
            withUnsafePointer(to: HTTP2Session.bodyProvider(pointer)) { provider in
                nghttp2_submit_request(
                    handle, nil, fields.baseAddress, fields.count, hasBody ? provider : nil, pointer)
            }
        }
        if id < 0 { throw HTTP2SessionError(libraryCode: id) }
        insert(stream, id: id)
    }

    /// Sends the response's headers (server). With `hasBody`, what is in the stream's `outgoing` follows, now and later;
    /// without, the headers end the stream.
    func submitResponse(_ headers: FixedHeaderBlock, stream: HTTP2Stream, hasBody: Bool) {
        submitResponse(headers.fields, stream: stream, hasBody: hasBody)
    }

    func submitResponse(_ headers: HeaderBlock, stream: HTTP2Stream, hasBody: Bool) {
        headers.withFields { submitResponse($0, stream: stream, hasBody: hasBody) }
    }

    private func submitResponse(
        _ fields: UnsafeBufferPointer<nghttp2_nv>, stream: HTTP2Stream, hasBody: Bool
    ) {
        guard stream.isOpen else { return }
        let provider = HTTP2Session.bodyProvider(Unmanaged.passUnretained(stream).toOpaque())
        let result = withUnsafePointer(to: provider) { provider in
            nghttp2_submit_response(
                handle, stream.id, fields.baseAddress, fields.count, hasBody ? provider : nil)
        }
        delegate.didAnswer()
        precondition(result == 0 || result != NGHTTP2_ERR_INVALID_ARGUMENT.rawValue, "not a server's stream")
    }

    /// Sends a 1xx response (server).
    func submitInformational(_ headers: FixedHeaderBlock, stream: HTTP2Stream) {
        guard stream.isOpen else { return }
        nghttp2_submit_headers(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, nil, headers.fields.baseAddress,
            headers.fields.count, nil)
    }

    /// Says that `outgoing` has got more bytes, or its end. Call it after each such change.
    func outgoingChanged(_ stream: HTTP2Stream) {
        guard stream.outgoing.isDeferred, stream.isOpen else { return }
        stream.outgoing.isDeferred = false
        nghttp2_session_resume_data(handle, stream.id)
    }

    /// Called while nghttp2 reads the end of the body, which is the time to do it.
    func submitTrailers(of stream: HTTP2Stream) {
        switch stream.outgoing.ending {
        case .open, .endStream:
            break
        case .fixedTrailers(let block):
            nghttp2_submit_trailer(handle, stream.id, block.fields.baseAddress, block.fields.count)
        case .trailers(let block):
            _ = block.withFields { nghttp2_submit_trailer(handle, stream.id, $0.baseAddress, $0.count) }
        }
    }

    /// Ends a stream at once in both directions.
    func reset(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
        guard stream.isOpen else { return }
        nghttp2_submit_rst_stream(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, code.rawValue)
    }

    /// Tells the peer that nobody wants the rest of what it is sending, once our end is out (RFC 9113, section 8.1). To
    /// reset at once would take back the answer.
    func resetAfterEnd(_ stream: HTTP2Stream) {
        guard stream.isOpen, !stream.resetsAfterEnd else { return }
        stream.resetsAfterEnd = true
        streamsToReset += 1
    }

    func didSendEnd(of stream: HTTP2Stream) {
        if !stream.peerHasEnded { reset(stream, .noError) }
    }

    /// Turns away a stream that was never attached.
    func refuse(_ id: Int32) {
        nghttp2_submit_rst_stream(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, HTTP2ErrorCode.refusedStream.rawValue)
    }

    // MARK: Flow control

    /// Gives the peer room for `count` more bytes on the stream.
    func consume(_ stream: HTTP2Stream, _ count: Int) {
        guard stream.isOpen, count > 0 else { return }
        nghttp2_session_consume_stream(handle, stream.id, count)
    }

    func consumeConnection(_ count: Int) {
        nghttp2_session_consume_connection(handle, count)
    }

    // MARK: Connection

    /// Streams that the peer lets us have open at once (client).
    var peerMaximumConcurrentStreams: UInt32 {
        nghttp2_session_get_remote_settings(handle, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
    }

    /// Whether a request may still be submitted (client).
    var isRequestAllowed: Bool { nghttp2_session_check_request_allowed(handle) != 0 }

    func submit(settings: [nghttp2_settings_entry], connectionWindowBytes: Int32) {
        let flags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        nghttp2_submit_settings(handle, flags, settings, settings.count)
        nghttp2_session_set_local_window_size(handle, flags, 0, connectionWindowBytes)
    }

    func submitPing(_ payload: UInt64) {
        withUnsafeBytes(of: payload.bigEndian) { bytes in
            _ = nghttp2_submit_ping(
                handle, UInt8(NGHTTP2_FLAG_NONE.rawValue),
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// The first step of a drain (server): a GOAWAY that refuses nothing yet (RFC 9113, section 6.8).
    func submitShutdownNotice() {
        nghttp2_submit_shutdown_notice(handle)
    }

    /// Takes no streams beyond those that have come; the others go on.
    func submitGoAway(_ code: HTTP2ErrorCode) {
        nghttp2_submit_goaway(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(handle),
            code.rawValue, nil, 0)
    }

    /// Sends GOAWAY and nothing after it: the connection is over.
    ///
    /// - Parameter debug: what the peer is told beside the code.
    func terminate(_ code: HTTP2ErrorCode, debug: String = "") {
        if !debug.isEmpty {
            let bytes = Array(debug.utf8)
            nghttp2_submit_goaway(
                handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(handle),
                code.rawValue, bytes, bytes.count)
        }
        nghttp2_session_terminate_session(handle, code.rawValue)
    }

    // MARK: Open streams

    /// The stream is open, and is kept until it is closed.
    func insert(_ stream: HTTP2Stream, id: Int32) {
        _ = Unmanaged.passRetained(stream)
        stream.id = id
        stream.isOpen = true
        stream.previousOpen = nil
        stream.nextOpen = firstOpen
        firstOpen?.previousOpen = stream
        firstOpen = stream
        openStreams += 1
    }

    /// The stream is over: it leaves the list, hears of it, and is not kept any longer.
    func close(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
        guard stream.isOpen else { return }
        remove(stream)
        stream.didClose(code)
        Unmanaged.passUnretained(stream).release()
    }

    private func remove(_ stream: HTTP2Stream) {
        let next = stream.nextOpen
        stream.isOpen = false
        next?.previousOpen = stream.previousOpen
        if let previous = stream.previousOpen {
            previous.nextOpen = next
        } else {
            firstOpen = next
        }
        stream.nextOpen = nil
        stream.previousOpen = nil
        openStreams -= 1
        if stream.resetsAfterEnd { streamsToReset -= 1 }
    }

    /// Closes every stream that is still open: the connection is gone.
    func closeAllStreams(_ code: HTTP2ErrorCode) {
        isClosed = true
        while let stream = firstOpen { close(stream, code) }
    }

    func forEachOpenStream(_ body: (HTTP2Stream) -> Void) {
        var next = firstOpen
        while let stream = next {
            next = stream.nextOpen
            body(stream)
        }
    }

    func attach(_ stream: HTTP2Stream, id: Int32) {
        insert(stream, id: id)
        nghttp2_session_set_stream_user_data(handle, id, Unmanaged.passUnretained(stream).toOpaque())
    }

    /// Calls `body` with the stream of that number, if it is open.
    @inline(__always)
    func withStream(_ id: Int32, _ body: (HTTP2Stream) -> Void) {
        guard let pointer = nghttp2_session_get_stream_user_data(handle, id) else { return }
        Unmanaged<HTTP2Stream>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
    }
}
