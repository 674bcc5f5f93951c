internal import GeneratedRPC
internal import ProtobufRuntime
public import RPCCore

/// `grpc.reflection.v1.ServerReflection` and `v1alpha`, which differ in nothing but their names: tools ask what is served
/// and how its messages look.
struct ReflectionService: RPCService {
    let index: ReflectionIndex

    static let names = [ServerReflection.name, AlphaServerReflection.name]

    func register<Registry: MethodRegistry>(in registry: inout Registry) {
        for name in Self.names {
            // The messages of v1 do for both.
            let method = MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse>(
                service: name, name: "ServerReflectionInfo", kind: .bidirectional)
            registry.bidirectional(method) { requests, responses, _ in
                var sent: Set<Int> = []
                for try await request in requests {
                    try await responses.write(try answer(request, sent: &sent))
                }
            }
        }
    }

    /// - Parameter sent: the files that the client has, by their place in the index.
    func answer(
        _ request: ServerReflectionRequest, sent: inout Set<Int>
    ) throws(RPCError) -> ServerReflectionResponse {
        var response = ServerReflectionResponse.with {
            $0.validHost = request.host
            $0.originalRequest = request
        }
        switch request.messageRequest {
        case .listServices:
            response.listServicesResponse = .with { list in
                for name in index.services { list.service.append(.with { $0.name = name }) }
            }
        case .fileByFilename(let name):
            give(index.file(named: name), "there is no file \(name)", &response, &sent)
        case .fileContainingSymbol(let symbol):
            give(index.file(defining: symbol), "there is no symbol \(symbol)", &response, &sent)
        case .fileContainingExtension(let wanted):
            let (type, number) = (wanted.containingType, wanted.extensionNumber)
            give(
                index.file(extending: type, by: number), "\(type) has no extension \(number)", &response, &sent)
        case .allExtensionNumbersOfType(let type):
            if let numbers = index.extensionNumbers(of: type) {
                response.allExtensionNumbersResponse = .with { answer in
                    answer.baseTypeName = type
                    for number in numbers { answer.extensionNumber.append(number) }
                }
            } else {
                response.errorResponse = Self.notFound("there is no type \(type)")
            }
        case nil:
            throw RPCError(.invalidArgument, "the request asks for nothing that is known here", reason: "INVALID_FIELD")
        }
        return response
    }

    private func give(
        _ file: Int?, _ otherwise: String, _ response: inout ServerReflectionResponse, _ sent: inout Set<Int>
    ) {
        guard let file else { return response.errorResponse = Self.notFound(otherwise) }
        response.fileDescriptorResponse = .with { answer in
            for descriptor in index.descriptors(of: file, sent: &sent) { answer.fileDescriptorProto.append(descriptor) }
        }
    }

    private static func notFound(_ message: String) -> ErrorResponse {
        .with {
            $0.errorCode = Int32(StatusCode.notFound.rawValue)
            $0.errorMessage = message
        }
    }
}

extension RPCRouter {
    /// Lets tools ask for the services that are in the router by now, and for their messages, by `grpc.reflection`.
    ///
    /// - Parameter files: those that define the services, and what these import; see the modules' `…ProtoFiles.all`.
    public mutating func addReflection(of files: [ProtoFile]) {
        let services = Set(paths.compactMap { $0.split(separator: "/").first.map(String.init) })
        let names = services.union(ReflectionService.names)
        add(ReflectionService(index: ReflectionIndex(services: Array(names), files: files)))
    }
}
