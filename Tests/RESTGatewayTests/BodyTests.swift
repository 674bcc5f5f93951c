import GeneratedTestMessages
import NIOCore
import NIOHTTP1
import ProtobufRuntime
import RESTGateway
import RPCTransport
import Testing

/// What counts as a body, and what is refused.
@Suite struct BodyTests {
    @Test(arguments: [
        "application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=\"UTF-8\"",
        "application/json ; a=b",
        "application/merge-patch+json", "application/vnd.example.v1+json; charset=UTF-8",
    ])
    func jsonByAnyOfItsNamesIsRead(type: String) async {
        #expect(await EchoGateway().respond("POST", "/test/echo/a", "{}", ["content-type": type]).status == 201)
    }

    @Test(arguments: [
        ("content-type", "text/plain"), ("content-type", "json"), ("content-type", ""),
        ("content-type", "application/jsonp"), ("content-type", "+json"),
        ("content-type", "application/x-www-form-urlencoded"), ("content-type", "application/json; charset=latin1"),
        ("content-encoding", "gzip"),
    ])
    func anotherTypeIsA415(name: String, value: String) async {
        let answer = await EchoGateway().respond("POST", "/test/echo/a", "{}", [name: value])
        #expect(answer.status == 415)
        #expect(answer.member("reason") == "UNSUPPORTED_MEDIA_TYPE")
    }

    @Test func noTypeAndNoBodyAreFine() async {
        #expect(await EchoGateway().respond("POST", "/test/echo/a", "{}").status == 201)
        #expect(await EchoGateway().respond("POST", "/test/echo/a").member("name") == "a")
    }

    @Test func aBodyWhereTheRouteHasNoneIsLeftAlone() async {
        let answer = await EchoGateway().respond("GET", "/test/echo/a", "no json", ["content-type": "text/plain"])
        #expect(answer.status == 201)
    }

    @Test(arguments: [
        ("{", "at byte 1"), ("[]", "at byte 0"), ("null", "at byte 0"), ("{} x", "at byte 3"), (" ", "at byte 1"),
        ("{\"a\":\"\u{1}\"}", "at byte 6"),
    ])
    func brokenJSONIsA400ThatSaysWhere(body: String, place: String) async {
        let answer = await EchoGateway().respond("POST", "/test/echo/a", body)
        #expect(answer.status == 400)
        #expect(answer.member("code") == "INVALID_ARGUMENT")
        #expect(answer.member("reason") == "INVALID_JSON")
        #expect(answer.member("detail")?.hasSuffix(place) == true)
    }

    @Test(arguments: [
        (#"{"number":"x"}"#, "number"), (#"{"tags":["a",1]}"#, "tags[1]"),
        (#"{"other":{"number":true}}"#, "other.number"), (#"{"metadata":{"a":01}}"#, "metadata"),
        (#"{"name":"a","name":"b"}"#, "name"),
    ])
    func aWrongTypeIsA400ThatNamesTheField(body: String, field: String) async {
        let answer = await EchoGateway().respond("POST", "/test/echo/a", body)
        #expect(answer.status == 400)
        #expect(answer.member("reason") == "INVALID_FIELD")
        #expect(answer.member("detail")?.hasPrefix("\(field): ") == true)
        #expect(answer.member("errors")?.contains("\"field\":\"\(field)\"") == true)
    }

    @Test func sizesHaveLimits() async {
        let gateway = EchoGateway { $0.maximumBodyBytes = 20 }
        #expect(await gateway.respond("POST", "/test/echo/a", #"{"tags":["1234567"]}"#).status == 201)
        let large = await gateway.respond("POST", "/test/echo/a", #"{"tags":["12345678"]}"#)
        #expect(large.status == 413)
        #expect(large.member("reason") == "CONTENT_TOO_LARGE")
        let long = await gateway.respond("GET", "/test/echo/a?x=" + String(repeating: "1", count: 8 << 10))
        #expect(long.status == 414)
        #expect(long.member("reason") == "URI_TOO_LONG")
    }

    @Test func aBodyThatTheTransportDidNotKeepIsA413OnARouteAndA404Elsewhere() async {
        let gateway = EchoGateway().gateway
        for (target, status) in [("/test/echo/a", 413), ("/nothing", 404)] {
            let response = await gateway.respond(to: HTTPRequest(method: "POST", target: target, body: .tooLarge))
            #expect(response.status == status)
        }
    }

    @Test func whatABodyDecodesToHasALimitToo() async {
        let gateway = EchoGateway { $0.decodingLimits.maximumElements = 3 }
        let answer = await gateway.respond("POST", "/test/echo/a", #"{"tags":["","","",""]}"#)
        #expect(answer.status == 400)
        #expect(answer.member("detail")?.hasPrefix("tags[") == true)
    }
}
