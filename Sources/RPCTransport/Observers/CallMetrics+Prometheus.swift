internal import RPCCore

extension CallMetrics {
    /// All that was counted, in Prometheus's text format (version 0.0.4). The names are those by which metrics of gRPC servers
    /// are usually called, so that dashboards made for others fit.
    public func prometheusText() -> String {
        let accounts = accounts.map { (labels: Self.labels(of: $0.method), counts: $0.snapshot) }
        var text = ""
        Self.head(
            "grpc_server_started_total", "counter", "Calls whose handler was started.", to: &text)
        for (labels, counts) in accounts {
            text += "grpc_server_started_total{\(labels)} \(counts.started)\n"
        }
        Self.head("grpc_server_running", "gauge", "Calls whose handler runs now.", to: &text)
        for (labels, counts) in accounts {
            text += "grpc_server_running{\(labels)} \(counts.running)\n"
        }
        Self.head("grpc_server_handled_total", "counter", "Calls whose handler has ended, by status code.", to: &text)
        for (labels, counts) in accounts {
            // OK is there from the first scrape on, the failures once there is one.
            for (code, count) in counts.handled.enumerated() where code == 0 || count > 0 {
                let name = StatusCode(rawValue: code).name
                text += "grpc_server_handled_total{\(labels),grpc_code=\"\(name)\"} \(count)\n"
            }
        }
        Self.head("grpc_server_handling_seconds", "histogram", "How long handlers took, in seconds.", to: &text)
        for (labels, counts) in accounts { Self.append(counts.durations, labels, to: &text) }
        return text
    }

    private static func head(_ name: String, _ type: String, _ help: String, to text: inout String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private static func append(_ durations: DurationHistogram, _ labels: String, to text: inout String) {
        let name = "grpc_server_handling_seconds"
        var total: UInt64 = 0
        for (bound, count) in zip(DurationHistogram.boundsNanoseconds, durations.counts) {
            total += count
            text += "\(name)_bucket{\(labels),le=\"\(seconds(bound))\"} \(total)\n"
        }
        text += "\(name)_bucket{\(labels),le=\"+Inf\"} \(durations.count)\n"
        text += "\(name)_sum{\(labels)} \(seconds(durations.sumNanoseconds))\n"
        text += "\(name)_count{\(labels)} \(durations.count)\n"
    }

    private static func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }

    /// Names of services and methods are identifiers and dots: nothing in them needs escaping.
    private static func labels(of method: MethodIdentity) -> String {
        let kind =
            switch method.kind {
            case .unary: "unary"
            case .clientStreaming: "client_stream"
            case .serverStreaming: "server_stream"
            case .bidirectional: "bidi_stream"
            }
        return "grpc_type=\"\(kind)\",grpc_service=\"\(method.service)\",grpc_method=\"\(method.name)\""
    }
}
