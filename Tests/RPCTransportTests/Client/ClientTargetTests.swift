import RPCCore
import Testing

@testable import RPCTransport

@Suite("Targets")
struct ClientTargetTests {
    @Test(
        "a name",
        arguments: [
            ("dns:///chat.example:8080", 8080), ("dns:chat.example:8080", 8080), ("dns:///chat.example", 443),
            ("chat.example:8080", 8080), ("http://chat.example", 80), ("https://chat.example", 443),
        ])
    func names(text: String, port: Int) throws {
        let target = try ClientTarget(text)
        #expect(target.place == .name("chat.example", port: port))
        #expect(target.authority == "chat.example:\(port)")
        #expect(target.usesTLS == text.hasPrefix("https"))
    }

    @Test("addresses, one or several")
    func addresses() throws {
        #expect(
            try ClientTarget("ipv4:192.0.2.1:80,192.0.2.2").place
                == .addresses([.host("192.0.2.1", port: 80), .host("192.0.2.2", port: 443)]))
        #expect(
            try ClientTarget("ipv6:[2001:db8::1]:80,[::1]").place
                == .addresses([.host("2001:db8::1", port: 80), .host("::1", port: 443)]))
        #expect(try ClientTarget("127.0.0.1:80").place == .addresses([.host("127.0.0.1", port: 80)]))
        #expect(try ClientTarget("ipv6:[2001:db8::1]:80").authority == "[2001:db8::1]:80")
    }

    @Test("sockets")
    func sockets() throws {
        for (text, path) in [
            ("unix:run/chat", "run/chat"), ("unix:/run/chat", "/run/chat"), ("unix:///run/chat", "/run/chat"),
        ] {
            let target = try ClientTarget(text)
            #expect(target.place == .addresses([.unix(path: path)]))
            #expect(target.authority == "localhost")
        }
    }

    @Test(
        "what can't be a target is an error",
        arguments: [
            "", "chat.example", "dns://8.8.8.8/chat.example", "dns:///", "dns:///a:b", "ipv4:", "ipv4:chat.example:80",
            "ipv4:[::1]:80", "ipv6:127.0.0.1:80", "ipv4:192.0.2.1:80,", "unix:", "unix://run/chat", "unix:a\0b",
            "ftp://chat.example", "unix:/" + String(repeating: "x", count: 103),
        ])
    func invalid(text: String) {
        let error = #expect(throws: RPCError.self) { try ClientTarget(text) }
        #expect(error?.reason == "INVALID_ENDPOINT")
    }
}
