public import Logging
public import RPCCore

/// Logs the end of each call at level debug: method, door, peer, status and duration.
///
/// No message content and no metadata is logged. Where the logger's level is above debug, a call costs one comparison.
public struct CallLog: CallObserver {
    private let logger: Logger
    private let isOn: Bool

    public init(_ logger: Logger) {
        self.logger = logger
        isOn = logger.logLevel <= .debug
    }

    public func callEnded(
        _ method: MethodIdentity, _ context: ServerContext, _ status: StatusCode, after duration: Duration
    ) {
        guard isOn else { return }
        logger.debug(
            "call ended",
            metadata: [
                "method": "\(method.path)", "surface": "\(context.surface)", "peer": "\(context.peer)",
                "status": "\(status)", "duration": "\(duration)",
            ])
    }
}
