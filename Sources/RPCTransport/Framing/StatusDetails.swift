package import GeneratedRPC
internal import ProtobufRuntime
package import RPCCore

/// `grpc-status-details-bin`: a google.rpc.Status with ErrorInfo, RetryInfo and BadRequest (google/rpc/error_details.proto).
package enum StatusDetails {
    /// google.rpc.ErrorInfo.domain
    static let domain = "chatrpc"
    private static let typePrefix = "type.googleapis.com/"

    static func encode(_ error: RPCError) -> [UInt8] {
        status(of: error).serialized()
    }

    /// An error as a message, for answers that hold one.
    package static func status(of error: RPCError) -> Status {
        Status.with {
            $0.code = Int32(clamping: error.code.rawValue)
            $0.message = error.message
            for detail in messages(of: error) { $0.details.append(pack(detail)) }
        }
    }

    /// What an error says beside its code and message.
    static func messages(of error: RPCError) -> [any ProtobufMessage] {
        var messages: [any ProtobufMessage] = []
        if let reason = error.reason { messages.append(errorInfo(reason, error.reasonMetadata)) }
        if let delay = error.retryDelay { messages.append(retryInfo(delay)) }
        if !error.fieldViolations.isEmpty { messages.append(badRequest(error.fieldViolations)) }
        return messages
    }

    private static func pack(_ message: some ProtobufMessage) -> ProtoAny {
        ProtoAny.with {
            $0.typeURL = typePrefix + type(of: message).schema.fullName
            $0.value = message.serialized()
        }
    }

    private static func errorInfo(_ reason: String, _ metadata: [String: String]) -> ErrorInfo {
        ErrorInfo.with {
            $0.reason = reason
            $0.domain = domain
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { $0.metadata[key] = value }
        }
    }

    private static func retryInfo(_ delay: Duration) -> RetryInfo {
        RetryInfo.with {
            $0.retryDelay = ProtoDuration.with {
                $0.seconds = delay.components.seconds
                $0.nanos = Int32(delay.components.attoseconds / 1_000_000_000)
            }
        }
    }

    private static func badRequest(_ violations: [RPCError.FieldViolation]) -> BadRequest {
        BadRequest.with {
            for violation in violations {
                $0.fieldViolations.append(
                    BadRequest.FieldViolation.with {
                        $0.field = violation.field
                        $0.description = violation.description
                    })
            }
        }
    }

    /// Fills in what the bytes say: reason, violations, retry delay. What can't be read is left out; the status itself has
    /// come by other fields.
    static func decode(_ bytes: [UInt8], into error: inout RPCError) {
        guard let status = try? Status(serialized: bytes) else { return }
        for detail in status.details where detail.typeURL.hasPrefix(typePrefix) {
            switch String(detail.typeURL.dropFirst(typePrefix.count)) {
            case ErrorInfo.schema.fullName:
                guard let info = try? ErrorInfo(serialized: detail.value) else { continue }
                error.reason = info.reason
                error.reasonMetadata = Dictionary(info.metadata.map { ($0.key, $0.value) }) { $1 }
            case RetryInfo.schema.fullName:
                guard let info = try? RetryInfo(serialized: detail.value) else { continue }
                error.retryDelay =
                    .seconds(info.retryDelay.seconds) + .nanoseconds(Int64(info.retryDelay.nanos))
            case BadRequest.schema.fullName:
                guard let request = try? BadRequest(serialized: detail.value) else { continue }
                error.fieldViolations = request.fieldViolations.map {
                    RPCError.FieldViolation(field: $0.field, description: $0.description)
                }
            default:
                continue
            }
        }
    }
}
