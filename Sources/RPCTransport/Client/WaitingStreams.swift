import NIOCore

/// Calls that wait for a connection or for the server to allow one more stream, first come, first served.
///
/// A call that ends while it waits stays in the queue until its turn comes, or until such calls are half of it.
struct WaitingStreams {
    private var queue = CircularBuffer<ClientStream>()
    private var ended = 0

    /// Those that really wait.
    var count: Int { queue.count - ended }

    mutating func append(_ stream: ClientStream, atFront: Bool) {
        stream.isWaiting = true
        if atFront { queue.prepend(stream) } else { queue.append(stream) }
    }

    mutating func next() -> ClientStream? {
        while let stream = queue.popFirst() {
            if stream.isWaiting {
                stream.isWaiting = false
                return stream
            }
            ended -= 1
        }
        return nil
    }

    /// A call is over, whether it waits here or not.
    mutating func ended(_ stream: ClientStream) {
        guard stream.isWaiting else { return }
        stream.isWaiting = false
        ended += 1
        guard ended > 16, ended > queue.count / 2 else { return }
        queue.removeAll { !$0.isWaiting }
        ended = 0
    }
}
