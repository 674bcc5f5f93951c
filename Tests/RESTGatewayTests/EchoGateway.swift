import GeneratedRPC
import GeneratedTestMessages
import NIOCore
import NIOHTTP1
import ProtobufRuntime
import RESTGateway
import RPCCore
import RPCTransport

/// A gateway before one method that answers with what it was asked, or as a test has it.
struct EchoGateway {
    typealias Handler = @Sendable (EchoRequest, ServerContext) async throws -> EchoResponse

    let gateway: RESTGateway

    init(
        configure: (inout RESTConfiguration) -> Void = { _ in },
        routes: [HTTPRoute] = EchoService.routes, log: RecordedLog = RecordedLog(),
        handler: @escaping Handler = echo
    ) {
        var configuration = RESTConfiguration()
        configure(&configuration)
        var router = RESTRouter()
        router.add(Service(handler: handler))
        gateway = RESTGateway(
            router: router, routes: routes, configuration: configuration, logger: log.logger)
    }

    private struct Service: RPCService {
        let handler: Handler

        func register<Registry: MethodRegistry>(in registry: inout Registry) {
            registry.unary(EchoService.Methods.echo, handler)
        }
    }

    static let echo: Handler = { request, context in
        EchoResponse.with { response in
            response.name = request.name
            response.number = request.number
            response.tags = request.tags
            response.mood = request.color == .red ? .glad : .unspecified
            if request.hasMetadata { response.metadata = request.metadata }
            if request.hasOther { response.tags.append("other \(request.other.number)") }
        }
    }

    func respond(
        _ method: String, _ target: String, _ body: String = "", _ headers: HTTPHeaders = [:]
    ) async -> Answer {
        let response = await gateway.respond(
            to: HTTPRequest(
                method: method, target: target, headers: headers, body: .complete(ByteBuffer(string: body)),
                peer: "127.0.0.1"))
        return Answer(response: response)
    }
}

struct Answer {
    let response: HTTPResponse

    var status: Int { response.status }
    var text: String { String(buffer: response.wholeBody) }

    func header(_ name: String) -> String? { response.headers.first(name: name) }

    /// The text of a member of the outermost object: of a string what it says, of anything else what is written.
    func member(_ name: String) -> String? {
        guard let json = try? Value(json: Array(response.wholeBody.readableBytesView)), json.hasStructValue,
            let value = json.structValue.fields[name]
        else { return nil }
        return value.hasStringValue ? value.stringValue : String(decoding: value.json(), as: UTF8.self)
    }
}
