import ChatStore
import ProtobufRuntime

/// The id that pages in the field give their messages: they send no message_id, but metadata with a `client_id` (a
/// UUID) and a `client_timestamp`, and send everything again at each sync. There client_id is the message id.
enum ClientKey {
    /// The client_id of metadata that has both members; nil for any other.
    static func find(in metadata: FieldBytes) -> UUID? {
        let members = metadata.withSpan { text in
            try? JSONMembers(of: text, named: ["client_id", "client_timestamp"])
        }
        guard let members, case .string(let id)? = members["client_id"], members["client_timestamp"] != nil
        else { return nil }
        return UUID(id)
    }
}
