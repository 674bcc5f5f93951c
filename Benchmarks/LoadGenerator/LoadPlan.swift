import GeneratedMessages
import ProtobufRuntime

/// What to send, from the arguments `WORKLOAD HOST:PORT IN_FLIGHT SECONDS`.
struct LoadPlan: Sendable {
    enum Workload: String {
        /// CreateMessage; the server mints the id, of version 7.
        case append
        /// CreateMessage with an id of version 4.
        case appendRandom = "append-v4"
        /// IngestMessages on four streams, with as many messages on their way as there would be calls.
        case ingest
        /// BatchCreateMessages of 50.
        case batch
        /// ListMessages, the newest 50.
        case list
        /// Unary calls of chatrpc-echo-server.
        case echo
        /// Makes the sessions that the others use.
        case prepare
    }

    struct WrongArguments: Error, CustomStringConvertible {
        let description =
            "usage: chatrpc-bench append|append-v4|ingest|batch|list|echo|prepare HOST:PORT IN_FLIGHT SECONDS"
    }

    let workload: Workload
    let address: String
    let inFlight: Int
    let time: Duration
    let warmUp = Duration.seconds(1)
    /// As the scripts for pgbench have it.
    let sessions = 1000
    let messagesPerBatch = 50
    /// Of IngestMessages.
    let streams = 4
    let content = String(repeating: "x", count: 200)

    init(_ arguments: some Collection<String>) throws {
        let arguments = Array(arguments)
        guard arguments.count == 4, let workload = Workload(rawValue: arguments[0]),
            let inFlight = Int(arguments[2]), inFlight > 0, let seconds = Double(arguments[3]), seconds > 0
        else { throw WrongArguments() }
        self.workload = workload
        self.address = arguments[1]
        self.inFlight = inFlight
        self.time = .seconds(seconds)
    }

    func message(session: Int) -> CreateMessageRequest {
        CreateMessageRequest.with {
            $0.sessionID = id(ofSession: session)
            if workload == .appendRandom { $0.messageID = Self.randomID() }
            $0.role = .user
            $0.content = content
        }
    }

    /// A UUID of version 4.
    private static func randomID() -> String {
        let digits = [UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max)].map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        let (high, low) = (digits[0], digits[1])
        return "\(high.prefix(8))-\(high.dropFirst(8).prefix(4))-4\(high.suffix(3))-8\(low.prefix(3))-\(low.suffix(12))"
    }

    func batch(session: Int) -> BatchCreateMessagesRequest {
        let message = NewMessage.with {
            $0.role = .user
            $0.content = content
        }
        return BatchCreateMessagesRequest.with {
            $0.sessionID = id(ofSession: session)
            $0.messages.append(contentsOf: repeatElement(message, count: messagesPerBatch))
        }
    }

    func page(session: Int) -> ListMessagesRequest {
        ListMessagesRequest.with {
            $0.sessionID = id(ofSession: session)
            $0.limit = 50
            $0.newestFirst = true
        }
    }

    /// The number in hexadecimal, filled up with zeros to a UUID.
    private func id(ofSession number: Int) -> String {
        let digits = String(number, radix: 16)
        return "00000000-0000-0000-0000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }
}
