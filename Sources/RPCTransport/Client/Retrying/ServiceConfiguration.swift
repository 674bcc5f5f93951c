/// How a service wants to be called (gRPC doc/service_config.md).
public struct ServiceConfiguration: Sendable, Hashable {
    /// A method, all methods of a service, or everything.
    public struct Name: Sendable, Hashable {
        /// The full name of the service; empty for all of them.
        public var service: String
        /// Empty for all of the service.
        public var method: String

        public init(service: String = "", method: String = "") {
            self.service = service
            self.method = method
        }
    }

    /// What counts for some methods. The most exact name counts, and nothing of the others.
    public struct Method: Sendable, Hashable {
        /// What happens to calls that fail or are slow.
        public enum Repetition: Sendable, Hashable {
            case never
            case retry(CallRetryPolicy)
            /// Of unary calls; those of other kinds are sent once.
            case hedge(CallHedgingPolicy)
        }

        public var names: [Name]
        /// How long a call may take at most; a shorter time of the call's own counts.
        public var timeout: Duration?
        /// For calls that don't say themselves.
        public var waitForReady: Bool?
        public var repetition: Repetition

        public init(
            names: [Name], timeout: Duration? = nil, waitForReady: Bool? = nil, repetition: Repetition = .never
        ) {
            self.names = names
            self.timeout = timeout
            self.waitForReady = waitForReady
            self.repetition = repetition
        }
    }

    public var methods: [Method]
    /// Nil: repetitions are not throttled.
    public var retryThrottling: RetryThrottling?
    /// Counts before the channel's own. Nil leaves it to that.
    public var loadBalancing: LoadBalancingPolicy?

    public init(
        methods: [Method] = [], retryThrottling: RetryThrottling? = nil, loadBalancing: LoadBalancingPolicy? = nil
    ) {
        self.methods = methods
        self.retryThrottling = retryThrottling
        self.loadBalancing = loadBalancing
    }
}

/// The same, for looking up.
final class ServiceTable: Sendable {
    let throttle: RetryThrottle?
    private let methods: [ServiceConfiguration.Name: ServiceConfiguration.Method]

    /// Nil where there is nothing to look up.
    init?(_ configuration: ServiceConfiguration?) {
        guard let configuration, !configuration.methods.isEmpty else { return nil }
        var methods: [ServiceConfiguration.Name: ServiceConfiguration.Method] = [:]
        // The first one that names a method counts.
        for method in configuration.methods {
            for name in method.names where methods[name] == nil { methods[name] = method }
        }
        self.methods = methods
        throttle = configuration.retryThrottling.map { RetryThrottle($0) }
    }

    func method(service: String, name: String) -> ServiceConfiguration.Method? {
        methods[.init(service: service, method: name)] ?? methods[.init(service: service)] ?? methods[.init()]
    }
}
