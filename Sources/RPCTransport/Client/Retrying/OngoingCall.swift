import NIOCore
import RPCCore

/// A call as its caller's side sees it: one attempt, or as many as it takes.
protocol OngoingCall: Sendable {
    var request: CallRequest { get }
    var limits: ClientCall.Limits { get }
    /// The metadata that has come so far.
    var receivedMetadata: ReceivedMetadata { get }

    /// What a call with one response message came to.
    func response() async throws(RPCError) -> UnaryResponse<ReceivedMessage>
    /// The next message, nil when the call has ended well; throws how it ended otherwise.
    func nextMessage() async throws(RPCError) -> ReceivedMessage?
    /// Writes a framed message. It returns when there is room for more, and throws when the call is over.
    func write(_ message: ByteBuffer) async throws(RPCError)
    /// Says that no message follows.
    func halfClose()
    /// Ends the call from the caller's side; without effect when it is over.
    func end(_ end: CallEnd)
}

extension OngoingCall {
    func cancel() {
        end(.cancelled)
    }
}

extension ClientCall: OngoingCall {}
