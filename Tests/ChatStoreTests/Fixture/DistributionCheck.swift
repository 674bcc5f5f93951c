/// Whether a statement names the distribution column (session_id) of each distributed table that it touches, so that Citus can send it to
/// one shard per session: by a parameter, by an array of them, or by a join with a table that is.
struct DistributionCheck {
    private static let keywords: Set<String> = [
        "where", "join", "left", "right", "inner", "cross", "on", "set", "order", "group", "limit", "offset", "for",
        "union", "values", "select",
        "returning", "lateral", "using", "as",
    ]

    /// The names of the distributed tables, without their schema.
    let tables: Set<String>
    private let tokens: [String]

    init(_ sql: String, tables: Set<String>) {
        self.tables = tables
        tokens = Self.split(sql)
    }

    /// A table of the statement, by what the statement calls it.
    private struct Use {
        var table: String
        var alias: String
        var place: Int
        /// An insert, which gives the column a value.
        var isAnchored: Bool
    }

    /// The tables that lack it.
    var tablesWithoutColumn: [String] {
        let uses = self.uses
        let equalities = self.equalities
        // What is joined with something that is anchored is anchored, too.
        var anchored = Set(equalities.filter(\.isParameter).map(\.left)).union(rowAliases)
        var grew = true
        while grew {
            grew = false
            for equality in equalities where !equality.isParameter {
                for (one, other) in [(equality.left, equality.right), (equality.right, equality.left)]
                where anchored.contains(one) && anchored.insert(other).inserted { grew = true }
            }
        }
        return uses.filter { use in
            if use.isAnchored { return false }
            // Its own condition comes behind it, and before the same name means another table.
            let end = uses.first { $0.alias == use.alias && $0.place > use.place }?.place ?? tokens.count
            let isNamed = equalities.contains { equality in
                (use.place..<end).contains(equality.place)
                    && (equality.left == use.alias || equality.right == use.alias || equality.left.isEmpty)
            }
            let isAnchored = anchored.contains(use.alias) || (anchored.contains("") && uses.count == 1)
            return !(isNamed && isAnchored)
        }.map(\.table)
    }

    private var uses: [Use] {
        var uses: [Use] = []
        for place in tokens.indices where ["from", "join", "update", "into"].contains(tokens[place]) {
            var next = place + 1
            if next < tokens.count, tokens[next] == "lateral" { next += 1 }
            // schema . table
            guard next + 2 < tokens.count, tokens[next + 1] == ".", tables.contains(tokens[next + 2]) else { continue }
            let table = tokens[next + 2]
            next += 3
            if tokens[place] == "into" {
                let columns = tokens[next...].prefix { $0 != ")" }
                uses.append(Use(table: table, alias: table, place: place, isAnchored: columns.contains("session_id")))
                continue
            }
            if next < tokens.count, tokens[next] == "as" { next += 1 }
            let isNamed = next < tokens.count && !Self.keywords.contains(tokens[next]) && Self.isName(tokens[next])
            uses.append(Use(table: table, alias: isNamed ? tokens[next] : "", place: place, isAnchored: false))
        }
        return uses
    }

    private struct Equality {
        var left: String
        /// Empty where it is a parameter.
        var right: String
        var isParameter: Bool
        var place: Int
    }

    private var equalities: [Equality] {
        var found: [Equality] = []
        for place in tokens.indices.dropLast(2) where tokens[place...].starts(with: ["session_id", "="]) {
            let left = place >= 2 && tokens[place - 1] == "." ? tokens[place - 2] : ""
            var next = place + 2
            if tokens[next] == "any", tokens[next + 1] == "(" { next += 2 }
            if tokens[next].hasPrefix("$") {
                found.append(Equality(left: left, right: "", isParameter: true, place: place))
            } else if next + 2 < tokens.count, tokens[next + 1] == ".", tokens[next + 2] == "session_id" {
                found.append(Equality(left: left, right: tokens[next], isParameter: false, place: place))
            }
        }
        return found
    }

    /// The names of rows that are parameters: `unnest(…) AS name (session_id, …)`.
    private var rowAliases: Set<String> {
        var names: Set<String> = []
        for place in tokens.indices where tokens[place] == "as" && place + 3 < tokens.count {
            let columns = tokens[(place + 3)...].prefix { $0 != ")" }
            if tokens[place + 2] == "(", tokens[place - 1] == ")", columns.contains("session_id") {
                names.insert(tokens[place + 1])
            }
        }
        return names
    }

    private static func isName(_ token: String) -> Bool { token.first?.isLetter == true || token.first == "_" }

    /// Words in lower case, quoted names without their quotes, parameters, and each sign by itself.
    private static func split(_ sql: String) -> [String] {
        var tokens: [String] = []
        var rest = Substring(sql)
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
            } else if first == "\"" || first == "'" {
                // One within it is written twice.
                var quoted = ""
                repeat {
                    if !quoted.isEmpty { quoted.append(first) }
                    rest.removeFirst()
                    quoted += rest.prefix { $0 != first }
                    rest = rest.drop { $0 != first }.dropFirst()
                } while rest.first == first
                tokens.append(quoted)
            } else if first.isLetter || first.isNumber || first == "_" || first == "$" {
                let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" }
                tokens.append(word.lowercased())
                rest = rest.dropFirst(word.count)
            } else {
                tokens.append(String(rest.removeFirst()))
            }
        }
        return tokens
    }
}
