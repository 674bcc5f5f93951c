import Testing

@testable import RPCTransport

@Suite struct ServerStreamStateTests {
    typealias Action = ServerStreamState.Action

    enum Event: Sendable {
        case request(ServerStreamState.Request)
        case data, end, tooLarge, finish, close
        /// The first message, and later ones.
        case write
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var events: [Event]
        var actions: [Action]

        init(_ name: String, _ steps: (Event, Action)...) {
            testDescription = name
            events = steps.map(\.0)
            actions = steps.map(\.1)
        }
    }

    static let rows = [
        Row(
            "one message", (.request(.oneMessage), .none), (.data, .keep), (.end, .startHandler), (.write, .answer),
            (.finish, .answer), (.close, .none)),
        Row("no message", (.request(.oneMessage), .none), (.end, .startHandler), (.finish, .answer)),
        Row(
            "many messages", (.request(.manyMessages), .startHandler), (.data, .keep), (.write, .answer),
            (.write, .none),
            (.data, .keep), (.end, .wakeReader), (.finish, .answer), (.close, .none)),
        Row(
            "an early answer", (.request(.manyMessages), .startHandler), (.finish, .answer), (.data, .discard),
            (.end, .none)),
        Row("reset while collecting", (.request(.oneMessage), .none), (.data, .keep), (.close, .none)),
        Row(
            "reset while running", (.request(.oneMessage), .none), (.end, .startHandler), (.close, .cancelHandler),
            (.finish, .none), (.write, .discard)),
        Row(
            "reset while streaming", (.request(.manyMessages), .startHandler), (.write, .answer),
            (.close, .cancelHandler)),
        Row(
            "deadline, then the handler's end", (.request(.oneMessage), .none), (.end, .startHandler),
            (.finish, .answer),
            (.finish, .none), (.close, .none)),
        Row(
            "a bad message", (.request(.oneMessage), .none), (.data, .keep), (.finish, .answer), (.data, .discard),
            (.end, .none)),
        Row(
            "unserved", (.request(.unserved), .answer), (.data, .discard), (.end, .none), (.finish, .none),
            (.close, .none)),
        Row(
            "http", (.request(.http), .none), (.data, .keep), (.end, .startResponder), (.finish, .answer),
            (.close, .none)),
        Row(
            "http, too large", (.request(.http), .none), (.data, .keep), (.tooLarge, .startResponder),
            (.data, .discard),
            (.end, .none), (.finish, .answer)),
        Row("too large is for http", (.request(.oneMessage), .none), (.tooLarge, .none)),
        Row("data before a request", (.data, .discard)),
    ]

    @Test(arguments: rows)
    func eventsBecomeActions(row: Row) {
        var state = ServerStreamState()
        let actions = row.events.map { apply($0, to: &state) }
        #expect(actions == row.actions)
    }

    func apply(_ event: Event, to state: inout ServerStreamState) -> Action {
        switch event {
        case .request(let request): state.receiveRequest(request)
        case .data: state.receiveData()
        case .end: state.receiveEnd()
        case .tooLarge: state.bodyTooLarge()
        case .finish: state.finish()
        case .close: state.close()
        // Headers to send, none to send, too late.
        case .write: state.beginResponse().map { $0 ? .answer : .none } ?? .discard
        }
    }

    @Test func anAnswerBeforeTheEndOfTheRequestIsEarly() {
        var state = ServerStreamState()
        _ = state.receiveRequest(.unserved)
        #expect(state.endsEarly)
        _ = state.receiveEnd()
        #expect(!state.endsEarly)
    }
}
