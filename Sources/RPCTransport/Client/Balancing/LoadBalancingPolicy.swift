/// Which of a target's servers gets a call.
public enum LoadBalancingPolicy: Sendable, Hashable {
    /// The first one that a connection can be made to, until that is lost (gRPC "pick_first").
    case pickFirst
    /// All of them, one after the other (gRPC "round_robin"). Names are looked up by the channel's ``NameResolver``, and
    /// again when a server can't be reached.
    case roundRobin
}
