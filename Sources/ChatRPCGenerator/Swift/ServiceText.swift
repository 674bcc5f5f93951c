/// A proto service: its descriptors and routes, the protocol that a server implements, and a client.
struct ServiceText {
    let service: ServiceDescriptor
    let catalog: TypeCatalog
    let names: SwiftNames

    private var swiftName: String { names.name(of: service) }

    func write(to text: inout SwiftText) throws(GeneratorError) {
        try writeDescriptors(&text)
        text.line()
        try writeHandler(&text)
        text.line()
        try writeClient(&text)
    }

    // MARK: Descriptors

    private func writeDescriptors(_ text: inout SwiftText) throws(GeneratorError) {
        text.documentation(service.documentation, otherwise: "`\(service.fullName)`.")
        try text.block("public enum \(Identifier.declared(swiftName))") { text throws(GeneratorError) in
            text.line("/// The full name of the service.")
            text.line("public static let name = \(SwiftText.literal(service.fullName))")
            text.line()
            text.line("/// The methods of the service.")
            try text.block("public enum Methods") { text throws(GeneratorError) in
                for method in service.methods { try writeDescriptor(method, &text) }
            }
            text.line()
            text.line("/// The REST forms of the methods that have one.")
            var routes: [Route] = []
            for method in service.methods {
                routes += try Route.routes(of: method, in: service, catalog: catalog)
            }
            guard !routes.isEmpty else { return text.line("public static let routes: [HTTPRoute] = []") }
            text.line("public static let routes: [HTTPRoute] = [")
            text.indented { text in
                for route in routes { text.line(route.swift + ",") }
            }
            text.line("]")
        }
    }

    private func writeDescriptor(_ method: MethodDescriptor, _ text: inout SwiftText) throws(GeneratorError) {
        let types = "\(try names.reference(to: method.input)), \(try names.reference(to: method.output))"
        var arguments = "service: \(swiftName).name, name: \(SwiftText.literal(method.name)), kind: .\(method.kind)"
        if method.idempotency != .unknown { arguments += ", idempotency: .\(method.idempotency)" }
        text.line("public static let \(Identifier.declared(method.swiftName)) = MethodDescriptor<\(types)>(")
        text.indented { $0.line(arguments + ")") }
    }

    // MARK: Server

    private func writeHandler(_ text: inout SwiftText) throws(GeneratorError) {
        let title = "What a server implements to serve `\(service.fullName)`."
        text.documentation(service.documentation.isEmpty ? title : title + "\n\n" + service.documentation)
        try text.block("public protocol \(swiftName)Handler: RPCService") { text throws(GeneratorError) in
            for (index, method) in service.methods.enumerated() {
                if index > 0 { text.line() }
                text.documentation(method.documentation, otherwise: "`\(method.name)`.")
                text.line(try signature(method))
            }
        }
        text.line()
        text.block("extension \(swiftName)Handler") { text in
            text.line("/// Puts each method of the service into the registry.")
            text.block("public func register<Registry: MethodRegistry>(in registry: inout Registry)") { text in
                for method in service.methods { text.line(registration(method)) }
            }
        }
    }

    private func signature(_ method: MethodDescriptor) throws(GeneratorError) -> String {
        let input = try names.reference(to: method.input)
        let output = try names.reference(to: method.output)
        let name = Identifier.declared(method.swiftName)
        return switch method.kind {
        case .unary:
            "func \(name)(_ request: \(input), context: ServerContext) async throws -> \(output)"
        case .serverStreaming:
            "func \(name)(_ request: \(input), responses: MessageWriter<\(output)>, context: ServerContext) async throws"
        case .clientStreaming:
            "func \(name)(requests: MessageStream<\(input)>, context: ServerContext) async throws -> \(output)"
        case .bidirectional:
            "func \(name)(requests: MessageStream<\(input)>, responses: MessageWriter<\(output)>, "
                + "context: ServerContext) async throws"
        }
    }

    private func registration(_ method: MethodDescriptor) -> String {
        let arguments =
            switch method.kind {
            case .unary: "$0, context: $1"
            case .serverStreaming: "$0, responses: $1, context: $2"
            case .clientStreaming: "requests: $0, context: $1"
            case .bidirectional: "requests: $0, responses: $1, context: $2"
            }
        let name = Identifier.declared(method.swiftName)
        return "registry.\(method.kind)(\(swiftName).Methods.\(name)) { try await self.\(name)(\(arguments)) }"
    }

    // MARK: Client

    private func writeClient(_ text: inout SwiftText) throws(GeneratorError) {
        text.line("/// Calls `\(service.fullName)` on a channel. Failures are thrown as `RPCError`.")
        try text.block("public struct \(swiftName)Client: Sendable") { text throws(GeneratorError) in
            text.line("private let channel: any ClientChannel")
            text.line()
            text.block("public init(channel: any ClientChannel)") { $0.line("self.channel = channel") }
            for method in service.methods {
                text.line()
                try writeCall(method, &text)
            }
        }
    }

    private func writeCall(_ method: MethodDescriptor, _ text: inout SwiftText) throws(GeneratorError) {
        let input = try names.reference(to: method.input)
        let output = try names.reference(to: method.output)
        let name = Identifier.declared(method.swiftName)
        let descriptor = "\(swiftName).Methods.\(name)"
        text.documentation(method.documentation, otherwise: "`\(method.name)`.", isDeprecated: method.isDeprecated)
        text.line("public func \(name)\(method.isServerStreaming ? "<Result: Sendable>" : "")(")
        text.indented { text in
            text.line(
                method.isClientStreaming
                    ? "options: CallOptions = CallOptions(),"
                    : "_ request: \(input), options: CallOptions = CallOptions()"
                        + (method.isServerStreaming ? "," : ""))
            if method.isClientStreaming {
                text.line(
                    "requests: @escaping @Sendable (MessageWriter<\(input)>) async throws -> Void"
                        + (method.isServerStreaming ? "," : ""))
            }
            if method.isServerStreaming {
                text.line("responses: @Sendable (MessageStream<\(output)>) async throws -> Result")
            }
        }
        text.block(") async throws -> \(method.isServerStreaming ? "Result" : output)") { text in
            let call =
                switch method.kind {
                case .unary: "unary(\(descriptor), request, options: options).message"
                case .serverStreaming: "serverStreaming(\(descriptor), request, options: options, responses)"
                case .clientStreaming: "clientStreaming(\(descriptor), options: options, requests).message"
                case .bidirectional: "bidirectional(\(descriptor), options: options, requests, responses)"
                }
            text.line("try await channel.\(call)")
        }
    }
}

extension MethodDescriptor {
    /// RPCCore.MethodKind.
    enum Kind {
        case unary, clientStreaming, serverStreaming, bidirectional
    }

    var kind: Kind {
        switch (isClientStreaming, isServerStreaming) {
        case (false, false): .unary
        case (true, false): .clientStreaming
        case (false, true): .serverStreaming
        case (true, true): .bidirectional
        }
    }

    /// `createMessage`; `initMethod` where the name is taken.
    var swiftName: String {
        let name = Identifier.lowerCamel(name)
        return ["channel", "init", "register", "self"].contains(name) ? name + "Method" : name
    }
}
