import Testing

@testable import ChatRPCGenerator

@Suite struct RouteTests {
    private func routes(isClientStreaming: Bool = false, _ rule: @escaping (inout WireWriter) -> Void) throws -> [Route]
    {
        let bytes = protoFile {
            $0.message(named: "Request", [("id", .string, ""), ("inner", .message, ".test.Request")])
            $0.service(rule: rule, isClientStreaming: isClientStreaming)
        }
        let file = try FileDescriptor(serialized: bytes)
        return try Route.routes(of: file.services[0].methods[0], in: file.services[0], catalog: TypeCatalog([file]))
    }

    private func error(isClientStreaming: Bool = false, _ rule: @escaping (inout WireWriter) -> Void) -> String {
        do {
            _ = try routes(isClientStreaming: isClientStreaming, rule)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [(2, "GET"), (3, "PUT"), (4, "POST"), (5, "DELETE"), (6, "PATCH")])
    func `every HTTP method of the annotation has a route`(field: Int, method: String) throws {
        let route = try #require(try routes { $0.string(field, "/v1/{id}/parts") }.first)
        #expect(route.httpMethod == method)
        #expect(route.path == "/v1/{id}/parts")
        #expect(
            route.swift == "HTTPRoute(\"\(method)\", [.literal(\"v1\"), .field(\"id\"), .literal(\"parts\")], "
                + "body: .none, rpcPath: \"/test.Service/Call\")")
    }

    @Test func `additional bindings are routes of their own`() throws {
        let routes = try routes { rule in
            rule.string(4, "/a")
            rule.string(7, "*")
            rule.message(11) { $0.string(2, "/b/{id=*}") }
        }
        #expect(routes.map(\.httpMethod) == ["POST", "GET"])
        #expect(routes.map(\.path) == ["/a", "/b/{id}"])
        #expect(routes.map(\.body) == ["*", ""])
    }

    @Test func `what REST can't serve is refused with the place`() {
        let place = "test.proto: test.Service.Call: google.api.http: "
        #expect(error { $0.string(4, "v1") } == place + "the path \"v1\" does not begin with a slash")
        #expect(error { $0.string(4, "/{other}") } == place + "{other} is not a plain field of test.Request")
        #expect(error { $0.string(4, "/{inner}") } == place + "{inner} is not a plain field of test.Request")
        #expect(
            error { $0.string(4, "/{id=a/*}") } == place
                + "{id=a: wildcards, verbs and fields within a segment are not supported")
        #expect(error { $0.string(4, "/{id=**}") } == place + "{id=**}: a field fills one whole segment")
        #expect(
            error { $0.string(4, "/a:verb") } == place
                + "a:verb: wildcards, verbs and fields within a segment are not supported")
        #expect(error { $0.message(8) { $0.string(1, "HEAD") } } == place + "HEAD is not supported")
        #expect(error { $0.string(7, "*") } == place + "no HTTP method is given")
        #expect(
            error { rule in
                rule.string(4, "/a")
                rule.string(7, "other")
            } == place + "body \"other\" is not a field of test.Request")
        #expect(
            error(isClientStreaming: true) { $0.string(4, "/a") }
                == place + "a method with a request stream has no REST form")
    }
}
