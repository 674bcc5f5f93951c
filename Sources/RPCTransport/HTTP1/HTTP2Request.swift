internal import NIOCore
internal import NIOHTTP1

extension HTTPRequest {
    /// A request that came by HTTP/2, still without its body.
    init(_ received: borrowing ReceivedHeaders, peer: String) {
        var method = ""
        var target = ""
        var authority: String?
        var headers = HTTPHeaders()
        var cookies: [String] = []
        received.forEach { field in
            let name = String(decoding: field.name, as: UTF8.self)
            let value = String(decoding: field.value, as: UTF8.self)
            switch name {
            case ":method": method = value
            case ":path": target = value
            case ":authority": authority = value
            case "cookie": cookies.append(value)
            default: if !name.hasPrefix(":") { headers.add(name: name, value: value) }
            }
        }
        // RFC 9113, section 8.2.3: cookies may come in crumbs, and are one field everywhere else.
        if !cookies.isEmpty { headers.add(name: "cookie", value: cookies.joined(separator: "; ")) }
        self.init(
            method: method, target: target, headers: headers, authority: authority ?? headers.first(name: "host"),
            peer: peer, version: .http2)
    }
}

extension HTTPResponse {
    /// The header block of the response for HTTP/2.
    var headerBlock: HeaderBlock {
        var block = HeaderBlock([":status": String(status)])
        for (name, value) in headers where !HTTPResponse.isConnectionField(name) {
            block.append(name: name.lowercased().utf8, value: value.utf8.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 })
        }
        if allowsBody, case .whole(let body) = body { block.append("content-length", String(body.readableBytes)) }
        return block
    }
}
