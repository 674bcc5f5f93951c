/// One HTTP route of a method, checked against its request.
struct Route {
    enum Segment {
        case literal(String)
        case field(String)

        var text: String {
            switch self {
            case .literal(let text): "/" + text
            case .field(let name): "/{\(name)}"
            }
        }
    }

    let httpMethod: String
    let segments: [Segment]
    /// "*", a field's name, or empty.
    let body: String
    let rpcPath: String
    let rest: RESTOptions

    /// The path with its fields in braces, as the contract writes it, without patterns: `/api/messages/{session_id}`.
    let path: String

    /// The request fields that the path fills.
    var pathFields: [String] {
        segments.compactMap { if case .field(let name) = $0 { name } else { nil } }
    }

    /// The method's own route, then its additional bindings.
    static func routes(
        of method: MethodDescriptor, in service: ServiceDescriptor, catalog: TypeCatalog
    ) throws(GeneratorError) -> [Route] {
        guard let rule = method.httpRule else { return [] }
        var routes: [Route] = []
        for rule in [rule] + rule.additional {
            do throws(GeneratorError) {
                routes.append(try Route(rule, method, service, catalog))
            } catch {
                throw GeneratorError(
                    file: catalog.file(ofService: service.fullName), element: "\(service.fullName).\(method.name)",
                    "google.api.http: \(error)")
            }
        }
        return routes
    }

    private init(
        _ rule: HTTPRule, _ method: MethodDescriptor, _ service: ServiceDescriptor, _ catalog: TypeCatalog
    ) throws(GeneratorError) {
        guard ["GET", "PUT", "POST", "DELETE", "PATCH"].contains(rule.method) else {
            throw GeneratorError(rule.method.isEmpty ? "no HTTP method is given" : "\(rule.method) is not supported")
        }
        guard !method.isClientStreaming else { throw GeneratorError("a method with a request stream has no REST form") }
        guard rule.responseBody.isEmpty else { throw GeneratorError("response_body is not supported") }
        httpMethod = rule.method
        segments = try Self.segments(of: rule.path)
        path = segments.map(\.text).joined() + (rule.path.count > 1 && rule.path.hasSuffix("/") ? "/" : "")
        body = rule.body
        rpcPath = "/\(service.fullName)/\(method.name)"
        rest = method.rest
        let fields = catalog.message(method.input)?.fields ?? []
        for case .field(let name) in segments {
            guard let field = fields.first(where: { $0.name == name }), !field.isRepeated, field.kind != .message else {
                throw GeneratorError("{\(name)} is not a plain field of \(method.input)")
            }
        }
        guard body.isEmpty || body == "*" || fields.contains(where: { $0.name == body }) else {
            throw GeneratorError("body \"\(body)\" is not a field of \(method.input)")
        }
    }

    private static func segments(of path: String) throws(GeneratorError) -> [Segment] {
        guard path.hasPrefix("/") else { throw GeneratorError("the path \"\(path)\" does not begin with a slash") }
        var segments: [Segment] = []
        for part in path.split(separator: "/") {
            if part.hasPrefix("{"), part.hasSuffix("}") {
                segments.append(.field(String(part.dropFirst().dropLast().prefix { $0 != "=" })))
                guard part.hasSuffix("=*}") || !part.contains("=") else {
                    throw GeneratorError("\(part): a field fills one whole segment")
                }
            } else if part.contains(where: { "{}*:".contains($0) }) {
                throw GeneratorError("\(part): wildcards, verbs and fields within a segment are not supported")
            } else {
                segments.append(.literal(String(part)))
            }
        }
        return segments
    }

    /// The initializer of RPCCore.HTTPRoute.
    var swift: String {
        let parts = segments.map { segment in
            switch segment {
            case .literal(let text): ".literal(\(SwiftText.literal(text)))"
            case .field(let name): ".field(\(SwiftText.literal(name)))"
            }
        }
        let body = body.isEmpty ? ".none" : body == "*" ? ".whole" : ".field(\(SwiftText.literal(body)))"
        var result = "HTTPRoute(\(SwiftText.literal(httpMethod)), [\(parts.joined(separator: ", "))], body: \(body), "
        result += "rpcPath: \(SwiftText.literal(rpcPath))"
        if rest.successCode != 200 { result += ", successStatus: \(rest.successCode)" }
        if rest.hasStatusMember { result += ", hasStatusMember: true" }
        return result + ")"
    }
}

extension TypeCatalog {
    func file(ofService fullName: String) -> String {
        files.first { $0.services.contains { $0.fullName == fullName } }?.name ?? ""
    }
}
