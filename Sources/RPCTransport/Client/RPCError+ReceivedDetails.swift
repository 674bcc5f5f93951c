import GeneratedRPC
import ProtobufRuntime
import RPCCore

extension RPCError {
    /// Reads `grpc-status-details-bin`: a google.rpc.Status with ErrorInfo, RetryInfo and BadRequest in it.
    ///
    /// Details of other types, and such as can't be read, are left alone: the code and the message say enough.
    mutating func addDetails(from bytes: [UInt8]) {
        guard let status = try? Status(serialized: bytes) else { return }
        // "The code and message fields … take precedence" (gRPC richer error model), unless the peer left them out.
        if message.isEmpty { message = status.message }
        for detail in status.details {
            switch detail.typeURL.split(separator: "/").last {
            case "google.rpc.ErrorInfo": add(try? ErrorInfo(serialized: detail.value))
            case "google.rpc.RetryInfo": add(try? RetryInfo(serialized: detail.value))
            case "google.rpc.BadRequest": add(try? BadRequest(serialized: detail.value))
            default: break
            }
        }
    }

    private mutating func add(_ info: ErrorInfo?) {
        guard let info else { return }
        reason = info.reason
        reasonMetadata = info.metadata.dictionary
    }

    private mutating func add(_ info: RetryInfo?) {
        guard let delay = info?.retryDelay, delay.seconds >= 0, delay.nanos >= 0 else { return }
        // Ten thousand years are the limit of google.protobuf.Duration; any Duration has room for that.
        retryDelay = .seconds(min(delay.seconds, 315_576_000_000)) + .nanoseconds(Int64(delay.nanos))
    }

    private mutating func add(_ request: BadRequest?) {
        guard let request else { return }
        fieldViolations = request.fieldViolations.map {
            FieldViolation(field: $0.field, description: $0.description)
        }
    }
}
