/// Finds what is at a path. At each segment a literal goes before a field.
struct RouteTree<Target: Sendable>: Sendable {
    enum Segment {
        case literal(String)
        case field
    }

    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var field: Int?
        var targets: [String: Target] = [:]
    }

    /// Node 0 is the root.
    private var nodes = [Node()]

    /// The last target of a method and path is the one that counts.
    mutating func insert(_ method: String, _ segments: [Segment], _ target: Target) {
        var current = 0
        for segment in segments {
            switch segment {
            case .literal(let text):
                let next = nodes[current].literals[text] ?? addNode()
                nodes[current].literals[text] = next
                current = next
            case .field:
                let next = nodes[current].field ?? addNode()
                nodes[current].field = next
                current = next
            }
        }
        nodes[current].targets[method] = target
    }

    enum Match {
        case found(Target)
        /// There is such a path, with other methods.
        case wrongMethod(allowed: Set<String>)
        case notFound
    }

    /// - Parameter method: HEAD is answered by what GET is.
    func match(_ method: String, _ segments: [String]) -> Match {
        let method = method == "HEAD" ? "GET" : method
        var allowed: Set<String> = []
        for node in leaves(segments[...], from: 0) {
            if let target = nodes[node].targets[method] { return .found(target) }
            allowed.formUnion(nodes[node].targets.keys)
        }
        return allowed.isEmpty ? .notFound : .wrongMethod(allowed: allowed)
    }

    /// The methods of a path.
    func methods(_ segments: [String]) -> Set<String> {
        leaves(segments[...], from: 0).reduce(into: []) { $0.formUnion(nodes[$1].targets.keys) }
    }

    /// All nodes that the path may stand for, the most literal ones first. They are few: at most 2 to the number of
    /// segments that a route of that length has, whatever the path.
    private func leaves(_ segments: ArraySlice<String>, from node: Int) -> [Int] {
        guard let segment = segments.first else { return [node] }
        let rest = segments.dropFirst()
        var found: [Int] = []
        if let literal = nodes[node].literals[segment] { found += leaves(rest, from: literal) }
        if !segment.isEmpty, let field = nodes[node].field { found += leaves(rest, from: field) }
        return found
    }

    private mutating func addNode() -> Int {
        nodes.append(Node())
        return nodes.count - 1
    }
}
