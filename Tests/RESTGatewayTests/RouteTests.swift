import GeneratedTestMessages
import NIOCore
import NIOHTTP1
import RESTGateway
import RPCCore
import RPCTransport
import Testing

/// Which method a path leads to, and what the request is made of.
@Suite struct RouteTests {
    @Test func theBodyIsTheRequestAndThePathFillsItsField() async {
        let answer = await EchoGateway().respond(
            "POST", "/test/echo/anna",
            #"{"number":5,"tags":["a","b"],"color":"COLOR_RED","metadata":{ "k" : 1.0 },"name":"other"}"#)
        #expect(answer.status == 201)
        #expect(answer.header("content-type") == "application/json")
        #expect(
            answer.text
                == #"{"status":"success","name":"anna","number":5,"tags":["a","b"],"mood":"glad","metadata":{ "k" : 1.0 }}"#
        )
    }

    @Test func withoutABodyTheQueryFillsTheOtherFields() async {
        let answer = await EchoGateway().respond(
            "GET",
            "/test/echo/anna?number=7&tags=x&tags=y+z%21&unknown=1&color=COLOR_RED&other.number=3&name=not&sessionId=")
        #expect(
            answer.text == #"{"status":"success","name":"anna","number":7,"tags":["x","y z!","other 3"],"mood":"glad"}"#
        )
    }

    @Test func aBodyCanBeOneField() async {
        let answer = await EchoGateway().respond("PUT", "/test/echo/anna/8?tags=x&other.number=1", #"{"number":2}"#)
        #expect(
            answer.text
                == #"{"status":"success","name":"anna","number":8,"tags":["x","other 2"],"mood":"MOOD_UNSPECIFIED"}"#)
        #expect(
            await EchoGateway().respond("PUT", "/test/echo/anna/x", "{}").member("detail")?.contains("number") == true)
        let broken = await EchoGateway().respond("PUT", "/test/echo/anna/8", #"{"number":2},"name":"injected""#)
        #expect(broken.status == 400)
    }

    @Test(arguments: [
        ("/test/echo/anna/", 201), ("/test/echo/anna/?number=1", 201), ("http://localhost:80/test/echo/anna", 201),
        ("/test/echo/%61nna", 201),
        ("/%74est/echo/anna", 201), ("/test/echo", 404), ("/test/echo/", 404), ("/test/echo//", 404),
        ("/test//echo/anna", 404), ("//test/echo/anna", 404),
        ("/test/echo/anna//", 404), ("/Test/echo/anna", 404), ("/", 404), ("/test/echo/a/b/c", 404),
        ("/chatrpc.test.EchoService/Echo", 404),
    ])
    func aPathIsFoundOrNot(target: String, status: Int) async {
        #expect(await EchoGateway().respond("GET", target).status == status)
    }

    @Test(arguments: [
        "/test/echo/a%2fb", "/test/echo/a%2Fb", "/test/echo/a%00", "/test/echo/a%0d%0aX:%201", "/test/echo/%0A",
        "/test/echo/%", "/test/echo/%2", "/test/echo/%zz",
        "/test/echo/%ff", "/test/echo/%c0%af", "/test/echo/a b", "/test/echo/a\u{0}", "/test/echo/a\nb", "/test/echo/é",
        "/test/echo/a#b", "", "test", "?number=1",
        "/test/echo/a?number=%zz", "/test/echo/a?tags=%00", "/test/echo/a?tags=%ff", "*",
    ])
    func aPathOrQueryThatIsNoURLIsRefused(target: String) async {
        let answer = await EchoGateway().respond("GET", target)
        #expect(answer.status == 400)
        #expect(answer.member("code") == "INVALID_ARGUMENT")
        #expect(answer.header("X") == nil)
    }

    @Test(arguments: [
        ("number=x", "number"), ("number=", "number"), ("number=1&number=2", "number"),
        ("number=99999999999999999999", "number"), ("color=red", "color"),
        ("other.number=x", "other.number"),
    ])
    func aWrongParameterIsNamed(query: String, field: String) async {
        let answer = await EchoGateway().respond("GET", "/test/echo/a?\(query)")
        #expect(answer.status == 400)
        #expect(answer.member("detail")?.hasPrefix("\(field): ") == true)
        #expect(answer.member("errors")?.contains("\"field\":\"\(field)\"") == true)
    }

    @Test func literalsGoBeforeFieldsAndOtherMethodsOfEitherAreFound() async {
        let echo = "/chatrpc.test.EchoService/Echo"
        let routes = [
            HTTPRoute("GET", [.literal("a"), .field("name")], body: .none, rpcPath: echo),
            HTTPRoute("POST", [.literal("a"), .literal("new")], body: .whole, rpcPath: echo, successStatus: 202),
            HTTPRoute("PUT", [.field("name"), .literal("new")], body: .whole, rpcPath: echo, successStatus: 203),
        ]
        let gateway = EchoGateway(routes: routes)
        #expect(await gateway.respond("POST", "/a/new").status == 202)
        #expect(await gateway.respond("GET", "/a/new").member("name") == "new")
        #expect(await gateway.respond("PUT", "/a/new").member("name") == "a")
        let refused = await gateway.respond("DELETE", "/a/new")
        #expect(refused.status == 405)
        #expect(refused.header("allow") == "GET, HEAD, POST, PUT, OPTIONS")
        #expect(await gateway.respond("POST", "/a/old").header("allow") == "GET, HEAD, OPTIONS")
    }

    @Test func headIsGet() async {
        let gateway = EchoGateway()
        let head = await gateway.respond("HEAD", "/test/echo/a", "", ["x-request-id": "1"])
        let get = await gateway.respond("GET", "/test/echo/a", "", ["x-request-id": "1"])
        #expect(head.status == get.status)
        #expect(head.response.headers.map(\.name) == get.response.headers.map(\.name))
        #expect(head.text == get.text)
    }

    @Test func optionsTellTheMethods() async {
        let answer = await EchoGateway().respond("OPTIONS", "/test/echo/a")
        #expect(answer.status == 204)
        #expect(answer.header("allow") == "GET, HEAD, POST, OPTIONS")
        #expect(await EchoGateway().respond("OPTIONS", "*").status == 204)
        #expect(await EchoGateway().respond("OPTIONS", "/nothing").status == 404)
        #expect(await EchoGateway().respond("BREW", "/test/echo/a").status == 405)
    }

    @Test func aRouteWhoseMethodIsNotServedIsNotThere() async {
        #expect(await EchoGateway().respond("DELETE", "/test/default/1").status == 404)
    }

    @Test func plainRoutesAnswerGetAndHead() async {
        let gateway = EchoGateway { configuration in
            configuration.plainRoutes = [
                PlainRoute("/healthz") { _ in HTTPResponse(status: 200, body: ByteBuffer(string: "ok")) }
            ]
        }
        #expect(await gateway.respond("GET", "/healthz").text == "ok")
        #expect(await gateway.respond("HEAD", "/healthz/").status == 200)
        #expect(await gateway.respond("GET", "/healthz").header("x-request-id") != nil)
        #expect(await gateway.respond("POST", "/healthz").header("allow") == "GET, HEAD, OPTIONS")
        #expect(await gateway.respond("GET", "/healthz/more").status == 404)
    }
}
