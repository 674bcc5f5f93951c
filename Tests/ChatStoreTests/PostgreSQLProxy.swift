import Foundation
import Synchronization

/// Stands between a store and PostgreSQL, and can harm a connection at the one moment that matters: cut it once the
/// server has answered a COMMIT, before the answer is passed on, or pass on nothing more behind a statement.
final class PostgreSQLProxy: Sendable {
    let port: Int
    private let listener: Int32
    private let serverPort: Int
    private let cuts = Mutex(false)
    private let hangs = Mutex<String?>(nil)

    init(to serverPort: Int) throws {
        self.serverPort = serverPort
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = PostgreSQLProxy.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard bound else { throw PostgreSQLConsole.Failure(message: "the proxy can't listen") }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in acceptConnections() }
    }

    /// The next connection to send a COMMIT is cut behind it.
    func cutBehindNextCommit() {
        cuts.withLock { $0 = true }
    }

    /// The next connection to run this prepared statement gets no answer to it, nor to anything after it.
    func hangBehindNext(_ statement: String) {
        hangs.withLock { $0 = statement }
    }

    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        Foundation.close(listener)
    }

    private func acceptConnections() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { return }
            Thread.detachNewThread { [self] in
                let server = connectToServer()
                serve(Pair(client: client, server: server))
                Foundation.close(client)
                Foundation.close(server)
            }
        }
    }

    private struct Pair {
        var client: Int32
        var server: Int32
    }

    private func serve(_ pair: Pair) {
        var awaitsCommit = false
        var isHung = false
        while true {
            var polled = [
                pollfd(fd: pair.client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: pair.server, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polled, 2, -1) > 0 else { return }
            if polled[0].revents != 0 {
                guard let bytes = receive(pair.client) else { return }
                if isHung { continue }
                // A Bind of the prepared statement: the unnamed portal, then the statement's name.
                isHung = hangs.withLock { statement in
                    guard let name = statement, bytes.contains("\0\(name)\0") else { return false }
                    statement = nil
                    return true
                }
                if bytes.contains("\0commit\0"), cuts.withLock({ $0 }) {
                    cuts.withLock { $0 = false }
                    awaitsCommit = true
                }
                pass(bytes, to: pair.server)
            }
            if polled[1].revents != 0 {
                guard let bytes = receive(pair.server) else { return }
                if isHung { continue }
                if awaitsCommit {
                    // The tag of CommandComplete. From here on nothing is passed, and it is committed.
                    if bytes.contains("COMMIT\0") { return }
                }
                pass(bytes, to: pair.client)
            }
        }
    }

    private func connectToServer() -> Int32 {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = PostgreSQLProxy.loopback(port: serverPort)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return server
    }

    private func receive(_ descriptor: Int32) -> Data? {
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? Data(bytes[..<count]) : nil
    }

    private func pass(_ bytes: Data, to descriptor: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = Data(rest.dropFirst(count))
        }
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

extension Data {
    fileprivate func contains(_ text: String) -> Bool { range(of: Data(text.utf8)) != nil }
}
