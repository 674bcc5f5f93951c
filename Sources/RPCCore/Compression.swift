/// A way of making messages smaller, by its name in `grpc-encoding` (gRPC doc/compression.md).
///
/// Each message is compressed by itself, or not: nothing is learnt from the one before. Do not compress a secret together
/// with text that an attacker can choose: the length of the result tells about the secret (the attacks CRIME and BREACH).
public enum Compression: String, Sendable, Hashable, CaseIterable {
    /// The format of RFC 1952.
    case gzip
    /// What HTTP means by that name: the format of RFC 1950.
    case deflate
}
