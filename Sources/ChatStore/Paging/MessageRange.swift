/// The seqs that a page may come from, and how many visible messages of them to skip.
///
/// Seq is dense, so where an epoch has no tombstones an offset is arithmetic, and a deep page costs what a shallow one
/// costs. Where it has some, the offset is counted.
struct MessageRange: Sendable, Hashable {
    /// Only messages with a greater seq.
    var above: Int64
    /// Only messages with a smaller seq.
    var below: Int64
    /// How many visible messages of the range to pass over.
    var skip: Int64

    /// The range of a query within the session's current epoch.
    init(of query: MessageQuery, in session: SessionCounters) {
        above = max(session.epochFirstSeq - 1, query.afterSeq ?? 0)
        below = min(session.lastSeq + 1, query.beforeSeq ?? .max)
        skip = max(query.offset, 0)
        guard session.tombstoneCount == 0 else { return }
        if query.newestFirst {
            below = below.subtractingReportingOverflow(skip).overflow ? .min : below - skip
        } else {
            above = above.addingReportingOverflow(skip).overflow ? .max : above + skip
        }
        skip = 0
    }

    /// Whether no seq is in it.
    var isEmpty: Bool { above >= below || above == below - 1 }
}
