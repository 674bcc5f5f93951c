import GeneratedMessages
import RPCCore
public import RPCTransport

/// When a failed call is made again, and how often.
///
/// Only calls that may be repeated are: those that read, those whose repetition changes nothing, and appends, which carry
/// their message ids from the first attempt on, so that the server knows a repetition when it sees one.
public struct RetryPolicy: Sendable, Hashable {
    /// Attempts of one call, the first included; 1 means no retries, and more than 5 count as 5.
    public var maximumAttempts = 5
    /// The wait after the first attempt, jitter aside. Each further one is longer.
    public var initialBackoff: Duration = .milliseconds(100)
    /// No wait is longer, jitter aside, unless the server asked for it.
    public var maximumBackoff: Duration = .seconds(5)
    /// From one wait to the next.
    public var multiplier: Double = 2
    /// The share by which a wait is made longer or shorter at random, 0 to 1: callers that failed together don't come back
    /// together.
    public var jitter: Double = 0.2
    /// How long one attempt may take; what is left of the call's own time goes to the next one. Nil: all of it.
    public var attemptTimeout: Duration? = .seconds(5)

    /// Keeps the repetitions of all calls of a client in proportion: with a server that fails all the time there are four more
    /// attempts in all, not for each call. Nil: no bound.
    public var throttling: RetryThrottling? = RetryThrottling()
    /// Reads that take longer are sent once more, and the first answer counts; they are not retried otherwise. Nil: never.
    public var hedgeReadsAfter: Duration?

    public init() {}

    /// No call is made twice.
    public static var never: RetryPolicy {
        var policy = RetryPolicy()
        policy.maximumAttempts = 1
        policy.attemptTimeout = nil
        return policy
    }

    /// How methods of the chat services are called by this policy. A client that makes its own channel uses it; for a channel of your
    /// own, put it into `ClientChannelConfiguration.service`.
    public var service: ServiceConfiguration {
        guard maximumAttempts > 1 || hedgeReadsAfter != nil else { return ServiceConfiguration() }
        let retry = maximumAttempts > 1 ? ServiceConfiguration.Method.Repetition.retry(callPolicy) : .never
        var writes = ServiceConfiguration.Method(names: RepeatableMethods.writes, repetition: retry)
        var reads = ServiceConfiguration.Method(names: RepeatableMethods.reads, repetition: retry)
        if let hedgeReadsAfter {
            reads.repetition = .hedge(CallHedgingPolicy(maximumAttempts: 2, hedgingDelay: hedgeReadsAfter))
        } else {
            writes.names += reads.names
            reads.names = []
        }
        return ServiceConfiguration(methods: [writes, reads], retryThrottling: throttling)
    }

    /// RESOURCE_EXHAUSTED is retried only where the server says when. A deadline that is exceeded may have been an attempt's.
    private var callPolicy: CallRetryPolicy {
        CallRetryPolicy(
            maximumAttempts: maximumAttempts, initialBackoff: initialBackoff, maximumBackoff: maximumBackoff,
            backoffMultiplier: multiplier, jitter: jitter, retryableCodes: [.unavailable, .deadlineExceeded],
            codesRetryableWhenToldWhen: [.resourceExhausted], attemptTimeout: attemptTimeout)
    }
}

/// The methods that may be called again. `ResetSession` is none of them: a second one would also clear what was appended in between.
/// Nor is `UpdateMessage`, which may name a revision that it has changed itself.
private enum RepeatableMethods {
    static let reads: [ServiceConfiguration.Name] = [
        name(MessageService.Methods.listMessages), name(MessageService.Methods.getMessage),
        name(SyncService.Methods.listChanges), name(SessionService.Methods.listSessions),
        name(SessionService.Methods.getSession),
    ]
    static let writes: [ServiceConfiguration.Name] = [
        name(MessageService.Methods.createMessage), name(MessageService.Methods.batchCreateMessages),
        name(MessageService.Methods.deleteMessage),
        name(SessionService.Methods.createSession), name(SessionService.Methods.renameSession),
        name(SessionService.Methods.deleteSession), name(SessionService.Methods.restoreSession),
    ]

    private static func name<Request, Response>(
        _ method: MethodDescriptor<Request, Response>
    ) -> ServiceConfiguration.Name {
        ServiceConfiguration.Name(service: method.service, method: method.name)
    }
}
