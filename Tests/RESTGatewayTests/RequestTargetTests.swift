import Testing

@testable import RESTGateway

@Suite struct RequestTargetTests {
    @Test(arguments: [
        ("/", []), ("/a", ["a"]), ("/a/", ["a"]), ("/a/b", ["a", "b"]), ("/a//b", ["a", "", "b"]), ("//", [""]),
        ("/a//", ["a", ""]), ("/%41%2d", ["A-"]),
        ("/a+b", ["a+b"]), ("/%C3%A9", ["é"]), ("/..", [".."]), ("/%2e%2e/x", ["..", "x"]), ("/a;b=1,c", ["a;b=1,c"]),
        ("https://h:1/a", ["a"]), ("http://h", []),
        ("HTTP://h?x=1", []),
    ])
    func pathsBecomeSegments(target: String, segments: [String]) throws {
        #expect(try RequestTarget(target).segments == segments)
    }

    @Test func queriesBecomeParametersInOrder() throws {
        let target = try RequestTarget("/a?b=1&a=%41+%2B&b=2&&c&=x&d=e=f&%C3%A9=%F0%9F%98%80?/")
        #expect(
            target.parameters == [
                .init(name: "b", values: ["1", "2"]), .init(name: "a", values: ["A +"]), .init(name: "c", values: [""]),
                .init(name: "", values: ["x"]),
                .init(name: "d", values: ["e=f"]), .init(name: "é", values: ["😀?/"]),
            ])
        #expect(try RequestTarget("/a?").parameters.isEmpty)
    }

    @Test(arguments: ["/a\u{7F}", "/\t", "/a?b=\u{1F}", "/a?é", "a", "", "?", "ftp://h/a", "/a?#"])
    func whatIsNoURLIsRefused(target: String) {
        #expect(throws: RequestTarget.Fault.path) { try RequestTarget(target) }
    }
}
