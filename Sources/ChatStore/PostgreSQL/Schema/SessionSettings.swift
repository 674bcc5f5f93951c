/// The settings of the store's connections.
enum SessionSettings {
    /// Generic plans, because planning each time costs more than it finds. The plans have to be right for tables that
    /// were empty a minute ago and have a million rows now, before statistics are gathered: so whatever reads a table
    /// as a whole is off.
    static func sql(_ limits: PostgresConfiguration.Limits) -> String {
        let settings: [(String, String)] = [
            ("plan_cache_mode", "force_generic_plan"), ("jit", "off"),
            ("enable_seqscan", "off"), ("enable_bitmapscan", "off"), ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"),
            ("statement_timeout", "\(limits.statementTimeoutSeconds)s"),
            ("lock_timeout", "\(limits.lockTimeoutSeconds)s"),
            // A server that stopped within a transaction must not hold its rows for ever.
            ("idle_in_transaction_session_timeout", "\(limits.statementTimeoutSeconds)s"),
        ]
        return "SELECT " + settings.map { "set_config('\($0.0)', '\($0.1)', false)" }.joined(separator: ", ")
    }
}
