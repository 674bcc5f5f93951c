/// The OpenAPI 3.1 description of every REST route of the generated services.
struct OpenAPIDocument {
    let catalog: TypeCatalog
    let files: [FileDescriptor]
    let options: GeneratorOptions

    private struct Operation {
        let service: ServiceDescriptor
        let method: MethodDescriptor
        let route: Route
        /// 0 for the method's own route, then those of its additional bindings.
        let index: Int
    }

    func json() throws(GeneratorError) -> String {
        let services = files.flatMap(\.services)
        var operations: [Operation] = []
        for service in services {
            for method in service.methods {
                let routes = try Route.routes(of: method, in: service, catalog: catalog)
                operations += routes.enumerated().map {
                    Operation(service: service, method: method, route: $0.element, index: $0.offset)
                }
            }
        }
        var schemas = OpenAPISchemas(catalog, answers: operations.map(\.method.output))
        let paths = try paths(operations, &schemas)
        let components = schemas.components.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let tags = services.filter { service in operations.contains { $0.service.name == service.name } }.map(tag)
        let document: JSONText = [
            "openapi": "3.1.0",
            "info": ["title": .string(options.title), "version": .string(options.version)],
            "tags": .array(tags),
            "paths": .object(paths),
            "components": [
                "schemas": .object(components + [("Problem", OpenAPIProblem.schema)]),
                "responses": ["Problem": OpenAPIProblem.response],
            ],
        ]
        return document.document
    }

    private func tag(_ service: ServiceDescriptor) -> JSONText {
        let tag: JSONText = ["name": .string(service.name)]
        guard !service.documentation.isEmpty else { return tag }
        return tag.adding([("description", .string(service.documentation))])
    }

    /// In the order in which the contract first names each path.
    private func paths(
        _ operations: [Operation], _ schemas: inout OpenAPISchemas
    ) throws(GeneratorError) -> [(String, JSONText)] {
        var paths: [(path: String, operations: [(String, JSONText)])] = []
        for operation in operations {
            let member = (operation.route.httpMethod.lowercased(), self.operation(operation, &schemas))
            guard let place = paths.firstIndex(where: { $0.path == operation.route.path }) else {
                paths.append((operation.route.path, [member]))
                continue
            }
            guard !paths[place].operations.contains(where: { $0.0 == member.0 }) else {
                throw GeneratorError(
                    file: catalog.file(ofService: operation.service.fullName),
                    element: "\(operation.service.fullName).\(operation.method.name)",
                    "\(operation.route.httpMethod) \(operation.route.path) is another method's route already")
            }
            paths[place].operations.append(member)
        }
        return paths.map { ($0.path, .object($0.operations)) }
    }

    // MARK: Operations

    private func operation(_ operation: Operation, _ schemas: inout OpenAPISchemas) -> JSONText {
        let (method, route) = (operation.method, operation.route)
        let suffix = operation.index == 0 ? "" : "_\(operation.index + 1)"
        var members: [(String, JSONText)] = [
            ("operationId", .string("\(operation.service.name)_\(method.name)\(suffix)")),
            ("tags", [.string(operation.service.name)]),
        ]
        if !method.documentation.isEmpty {
            members.append(("summary", .string(Self.summary(method.documentation))))
            members.append(("description", .string(method.documentation)))
        }
        if method.isDeprecated { members.append(("deprecated", .bool(true))) }
        let parameters = parameters(method, route, &schemas)
        if !parameters.isEmpty { members.append(("parameters", .array(parameters))) }
        if let body = body(method, route, &schemas) { members.append(("requestBody", body)) }
        members.append(
            (
                "responses",
                [
                    String(route.rest.successCode): answer(method, route, &schemas),
                    "default": ["$ref": "#/components/responses/Problem"],
                ]
            ))
        return .object(members)
    }

    /// The first sentence, without its full stop.
    private static func summary(_ documentation: String) -> String {
        let paragraph = documentation.split(separator: "\n\n").first ?? ""
        let line = paragraph.split(separator: "\n").joined(separator: " ")
        let sentence = line.split(separator: ". ").first ?? ""
        return String(sentence.hasSuffix(".") ? sentence.dropLast() : sentence)
    }

    private func parameters(
        _ method: MethodDescriptor, _ route: Route, _ schemas: inout OpenAPISchemas
    ) -> [JSONText] {
        let fields = catalog.message(method.input)?.fields ?? []
        var parameters: [JSONText] = []
        for name in route.pathFields {
            guard let field = fields.first(where: { $0.name == name }) else { continue }
            parameters.append(parameter(field, name, in: "path", &schemas))
        }
        guard route.body != "*" else { return parameters }
        let query = fields.filter { !route.pathFields.contains($0.name) && $0.name != route.body }
        return parameters + queryParameters(query, prefix: "", within: [method.input], &schemas)
    }

    /// Fields of messages within the request are named by their path, `filter.user_id`; maps, lists of messages and
    /// messages within themselves have no such name.
    private func queryParameters(
        _ fields: [FieldDescriptor], prefix: String, within outer: Set<String>, _ schemas: inout OpenAPISchemas
    ) -> [JSONText] {
        var parameters: [JSONText] = []
        for field in fields {
            let isObject = field.kind == .message && OpenAPISchemas.wellKnown[field.typeName] == nil
            if !isObject {
                parameters.append(parameter(field, prefix + field.name, in: "query", &schemas))
            } else if !field.isRepeated, !outer.contains(field.typeName), let inner = catalog.message(field.typeName) {
                parameters += queryParameters(
                    inner.fields, prefix: prefix + field.name + ".", within: outer.union([field.typeName]), &schemas)
            }
        }
        return parameters
    }

    private func parameter(
        _ field: FieldDescriptor, _ name: String, in place: String, _ schemas: inout OpenAPISchemas
    ) -> JSONText {
        var bare = field
        bare.documentation = ""
        let limits = field.isRawJSON ? [] : CommentLimits(comment: field.documentation).keywords(for: field)
        var members: [(String, JSONText)] = [("name", .string(name)), ("in", .string(place))]
        if !field.documentation.isEmpty { members.append(("description", .string(field.documentation))) }
        if place == "path" || CommentLimits(comment: field.documentation).isRequired(field) {
            members.append(("required", .bool(true)))
        }
        members.append(("schema", schemas.field(bare, .request).adding(limits)))
        return .object(members)
    }

    private func body(_ method: MethodDescriptor, _ route: Route, _ schemas: inout OpenAPISchemas) -> JSONText? {
        guard !route.body.isEmpty, let message = catalog.message(method.input) else { return nil }
        let schema: JSONText
        var isRequired = false
        if route.body == "*" {
            let fields = message.fields.filter { !route.pathFields.contains($0.name) }
            schema = schemas.object(message, fields, .request)
            isRequired = fields.contains { schemas.isRequired($0, .request) }
        } else {
            guard let field = message.fields.first(where: { $0.name == route.body }) else { return nil }
            schema = schemas.field(field, .request)
        }
        return ["required": .bool(isRequired), "content": ["application/json": ["schema": schema]]]
    }

    private func answer(_ method: MethodDescriptor, _ route: Route, _ schemas: inout OpenAPISchemas) -> JSONText {
        var schema = schemas.message(method.output, .answer)
        guard !method.isServerStreaming else {
            let type: JSONText = ["application/x-ndjson": ["schema": schema]]
            return ["description": "Success: a line for each, as they are made.", "content": type]
        }
        if route.rest.hasStatusMember {
            let status: JSONText = [
                "type": "object", "properties": ["status": ["const": "success"]], "required": ["status"],
            ]
            schema = ["allOf": [status, schema]]
        }
        return ["description": "Success.", "content": ["application/json": ["schema": schema]]]
    }
}
