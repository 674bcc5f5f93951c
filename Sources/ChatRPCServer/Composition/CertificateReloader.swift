import Logging
import RPCTransport
import ServiceLifecycle
import UnixSignals

/// Has the files of TLS read again, at SIGHUP and from time to time: renewed certificates count without a restart.
struct CertificateReloader: Service {
    let tls: ServerTLS
    let intervalSeconds: Int
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await followSignals() }
                group.addTask { await lookFromTimeToTime() }
            }
        }
    }

    private func followSignals() async {
        for await _ in await UnixSignalsSequence(trapping: .sighup) { reload(always: true) }
    }

    private func lookFromTimeToTime() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(intervalSeconds)) } catch { return }
            reload(always: false)
        }
    }

    private func reload(always: Bool) {
        do {
            if try tls.reload(always: always) { logger.notice("new connections get the TLS files as they are now") }
        } catch {
            logger.error("the TLS files are no good; the old certificate stays", metadata: ["error": "\(error)"])
        }
    }
}
