import GeneratedMessages

/// What a caller changes of a session, as a pure function on its locked row.
enum SessionChange: Sendable, Hashable {
    /// A nil stays as it is; an empty description removes it.
    case rename(name: String?, description: String?)
    case delete
    case restore
    /// The store also moves the row's first seq of the epoch behind the last seq, and forgets its tombstones.
    case reset

    /// Changes the session and moves its revision by one; false where it is so already and nothing is to be written.
    /// Throws sessionDeleted.
    func apply(to session: inout Session) throws(StoreError) -> Bool {
        let changed =
            switch self {
            case .rename(let name, let description):
                try SessionChange.rename(&session, to: name, description)
            case .delete: SessionChange.setActive(&session, false)
            case .restore: SessionChange.setActive(&session, true)
            case .reset: try SessionChange.reset(&session)
            }
        if changed { session.revision += 1 }
        return changed
    }

    private static func rename(
        _ session: inout Session, to name: String?, _ description: String?
    ) throws(StoreError) -> Bool {
        guard session.isActive else { throw StoreError(.sessionDeleted) }
        var changed = false
        if let name, name != session.name {
            session.name = name
            changed = true
        }
        if let description, description != session.description {
            if description.isEmpty {
                session.clearDescription()
            } else {
                session.description = description
            }
            changed = true
        }
        return changed
    }

    private static func setActive(_ session: inout Session, _ active: Bool) -> Bool {
        guard session.isActive != active else { return false }
        session.isActive = active
        return true
    }

    private static func reset(_ session: inout Session) throws(StoreError) -> Bool {
        guard session.isActive else { throw StoreError(.sessionDeleted) }
        guard session.messageCount > 0 else { return false }
        session.resetEpoch += 1
        session.messageCount = 0
        session.clearPreview()
        session.clearLastMessageAt()
        return true
    }
}

extension Session {
    /// Whether `owner` may know of it; nil may of every one.
    func isVisible(to owner: String?) -> Bool {
        owner == nil || hasUserID && userID == owner
    }
}
