/// A request's target as path and query, whether it came so or as a whole URL (RFC 9112, sections 3.2.1 and 3.2.2).
package enum OriginForm {
    package static func of(_ target: String) -> Substring {
        guard !target.hasPrefix("/") else { return target[...] }
        for scheme in ["http://", "https://"] where target.lowercased().hasPrefix(scheme) {
            let rest = target.dropFirst(scheme.count)
            guard let start = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) else { return "/" }
            return rest[start] == "/" ? rest[start...] : "/" + rest[start...]
        }
        return target[...]
    }
}
