internal import GeneratedRPC
internal import ProtobufRuntime
public import RPCCore

extension ServiceConfiguration {
    /// From gRPC's JSON form: `methodConfig` (name, timeout, waitForReady, retryPolicy, hedgingPolicy), `retryThrottling` and
    /// `loadBalancingConfig` or `loadBalancingPolicy`. Members that are not known are left alone, as gRPC wants it.
    ///
    /// - Throws: INVALID_ARGUMENT, `INVALID_SERVICE_CONFIG`, for what is not JSON, and for values that gRFC A6 does not allow.
    public init(json: [UInt8]) throws(RPCError) {
        let root: Struct
        do {
            root = try Struct(json: json)
        } catch {
            throw ServiceConfigurationReader.invalid("it is not a JSON object: \(error)")
        }
        let reader = ServiceConfigurationReader(members: root.fields.dictionary, path: "")
        self.init(
            methods: try reader.objects("methodConfig").map { reader throws(RPCError) in try reader.method() },
            retryThrottling: try reader.object("retryThrottling")?.throttling(), loadBalancing: try reader.policy())
    }
}

/// One object of the text.
private struct ServiceConfigurationReader {
    let members: [String: Value]
    let path: String

    static func invalid(_ why: String) -> RPCError {
        RPCError(.invalidArgument, "the service configuration: \(why)", reason: "INVALID_SERVICE_CONFIG")
    }

    private func invalid(_ name: String, _ why: String) -> RPCError {
        Self.invalid("\(path)\(name) \(why)")
    }

    // MARK: Members by type

    private func value(_ name: String) -> Value? {
        guard let value = members[name], !value.hasNullValue else { return nil }
        return value
    }

    func object(_ name: String) throws(RPCError) -> ServiceConfigurationReader? {
        guard let value = value(name) else { return nil }
        guard value.hasStructValue else { throw invalid(name, "has to be an object") }
        return ServiceConfigurationReader(members: value.structValue.fields.dictionary, path: "\(path)\(name).")
    }

    private func list(_ name: String) throws(RPCError) -> [Value] {
        guard let value = value(name) else { return [] }
        guard value.hasListValue else { throw invalid(name, "has to be a list") }
        return Array(value.listValue.values)
    }

    func objects(_ name: String) throws(RPCError) -> [ServiceConfigurationReader] {
        var readers: [ServiceConfigurationReader] = []
        for (index, value) in try list(name).enumerated() {
            guard value.hasStructValue else { throw invalid("\(name)[\(index)]", "has to be an object") }
            readers.append(
                ServiceConfigurationReader(
                    members: value.structValue.fields.dictionary, path: "\(path)\(name)[\(index)]."))
        }
        return readers
    }

    private func string(_ name: String) throws(RPCError) -> String? {
        guard let value = value(name) else { return nil }
        guard value.hasStringValue else { throw invalid(name, "has to be a string") }
        return value.stringValue
    }

    private func positive(_ name: String) throws(RPCError) -> Double {
        guard let value = value(name), value.hasNumberValue, value.numberValue > 0 else {
            throw invalid(name, "has to be a number above 0")
        }
        return value.numberValue
    }

    /// As in `"1.5s"` (google.protobuf.Duration).
    private func duration(_ name: String) throws(RPCError) -> Duration? {
        guard let text = try string(name) else { return nil }
        let number = text.dropLast()
        guard text.last == "s", number.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2e }),
            let seconds = Double(number), seconds < 1e9
        else { throw invalid(name, "has to be a time in seconds, as in \"1.5s\"") }
        return .nanoseconds(Int64((seconds * 1e9).rounded()))
    }

    private func wait(_ name: String) throws(RPCError) -> Duration {
        guard let wait = try duration(name), wait > .zero else { throw invalid(name, "has to be longer than 0s") }
        return wait
    }

    private func codes(_ name: String) throws(RPCError) -> Set<StatusCode> {
        var codes: Set<StatusCode> = []
        for value in try list(name) {
            let code =
                value.hasStringValue
                ? (0...16).first { StatusCode(rawValue: $0).name == value.stringValue.uppercased() }
                : value.hasNumberValue ? Int(exactly: value.numberValue) : nil
            guard let code, (0...16).contains(code) else { throw invalid(name, "has something that is no status") }
            codes.insert(StatusCode(rawValue: code))
        }
        return codes
    }

    private func attempts() throws(RPCError) -> Int {
        guard let attempts = Int(exactly: try positive("maxAttempts")), attempts > 1 else {
            throw invalid("maxAttempts", "has to be a whole number above 1")
        }
        return min(attempts, CallRetryPolicy.attemptsLimit)
    }

    // MARK: What the objects say

    func method() throws(RPCError) -> ServiceConfiguration.Method {
        var names: [ServiceConfiguration.Name] = []
        for reader in try objects("name") {
            let name = ServiceConfiguration.Name(
                service: try reader.string("service") ?? "", method: try reader.string("method") ?? "")
            guard !name.service.isEmpty || name.method.isEmpty else {
                throw invalid("name", "has a method without its service")
            }
            names.append(name)
        }
        var waitForReady: Bool?
        if let value = value("waitForReady") {
            guard value.hasBoolValue else { throw invalid("waitForReady", "has to be true or false") }
            waitForReady = value.boolValue
        }
        return ServiceConfiguration.Method(
            names: names, timeout: try duration("timeout"), waitForReady: waitForReady, repetition: try repetition())
    }

    private func repetition() throws(RPCError) -> ServiceConfiguration.Method.Repetition {
        switch (try object("retryPolicy"), try object("hedgingPolicy")) {
        case (nil, nil): return .never
        case (let retry?, nil): return .retry(try retry.retryPolicy())
        case (nil, let hedging?): return .hedge(try hedging.hedgingPolicy())
        default: throw invalid("retryPolicy", "and hedgingPolicy can't be there both")
        }
    }

    private func retryPolicy() throws(RPCError) -> CallRetryPolicy {
        let codes = try codes("retryableStatusCodes")
        guard !codes.isEmpty else { throw invalid("retryableStatusCodes", "is missing") }
        return CallRetryPolicy(
            maximumAttempts: try attempts(), initialBackoff: try wait("initialBackoff"),
            maximumBackoff: try wait("maxBackoff"), backoffMultiplier: try positive("backoffMultiplier"),
            retryableCodes: codes, attemptTimeout: try duration("perAttemptRecvTimeout"))
    }

    private func hedgingPolicy() throws(RPCError) -> CallHedgingPolicy {
        CallHedgingPolicy(
            maximumAttempts: try attempts(), hedgingDelay: try duration("hedgingDelay") ?? .zero,
            nonFatalCodes: try codes("nonFatalStatusCodes"))
    }

    func throttling() throws(RPCError) -> RetryThrottling {
        guard let tokens = Int(exactly: try positive("maxTokens")), tokens <= 1_000 else {
            throw invalid("maxTokens", "has to be a whole number up to 1000")
        }
        return RetryThrottling(maximumTokens: tokens, tokenRatio: try positive("tokenRatio"))
    }

    /// The first one that is known; a list without any is an error.
    func policy() throws(RPCError) -> LoadBalancingPolicy? {
        let list = try objects("loadBalancingConfig")
        guard !list.isEmpty else {
            return switch try string("loadBalancingPolicy")?.lowercased() {
            case "pick_first": .pickFirst
            case "round_robin": .roundRobin
            default: nil
            }
        }
        for entry in list {
            if entry.members["pick_first"] != nil { return .pickFirst }
            if entry.members["round_robin"] != nil { return .roundRobin }
        }
        throw invalid("loadBalancingConfig", "has no policy that is known")
    }
}
