import RPCCore
import Testing

@testable import RPCTransport

@Suite("Endpoints")
struct ClientEndpointTests {
    @Test(
        "names, addresses and ports are read",
        arguments: [
            ("http://127.0.0.1:8080", "127.0.0.1", 8080, "127.0.0.1:8080"),
            ("http://chat.example", "chat.example", 80, "chat.example:80"),
            ("HTTP://chat.example:1/", "chat.example", 1, "chat.example:1"),
            ("localhost:65535", "localhost", 65535, "localhost:65535"),
            ("[::1]:8080", "::1", 8080, "[::1]:8080"),
            ("http://[2001:db8::1]", "2001:db8::1", 80, "[2001:db8::1]:80"),
            ("[fe80::1%eth0]:80", "fe80::1%eth0", 80, "[fe80::1]:80"),
            ("https://chat.example", "chat.example", 443, "chat.example:443"),
            ("https://[::1]:8443", "::1", 8443, "[::1]:8443"),
        ])
    func reads(text: String, host: String, port: Int, authority: String) throws {
        let endpoint = try Endpoint(text)
        #expect(endpoint.host == host)
        #expect(endpoint.port == port)
        #expect(endpoint.authority == authority)
        #expect(endpoint.usesTLS == text.hasPrefix("https://"))
        #expect(try Endpoint(endpoint.description) == endpoint)
    }

    @Test(
        "anything else is an error that shows the text",
        arguments: [
            "", "localhost", "localhost:", "localhost:0", "localhost:65536", "localhost:+1", ":80", "::1", "::1:80",
            "[::1", "[::1]80", "[localhost]:80", "[::zz]:80", "ftp://localhost:80", "http://", "http://a/b",
            "http://user@host:80", "a b:80", "http://a:80?x", "host:8 0", "h\u{0}st:80",
            "http://a:99999999999999999999",
        ])
    func refuses(text: String) {
        #expect {
            try Endpoint(text)
        } throws: { error in
            let error = error as? RPCError
            return error?.code == .invalidArgument && error?.reason == "INVALID_ENDPOINT"
        }
    }
}
