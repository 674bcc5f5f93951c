package import GeneratedRPC
import ProtobufRuntime

extension Timestamp {
    /// The instant that many microseconds after 1970-01-01T00:00:00Z.
    package init(unixMicroseconds time: Int64) {
        self.init()
        unixMicroseconds = time
    }

    /// Microseconds since 1970-01-01T00:00:00Z; finer digits are cut. Setting it changes a message's timestamp in place.
    package var unixMicroseconds: Int64 {
        get { seconds &* 1_000_000 &+ Int64(nanos / 1_000) }
        set {
            let (quotient, rest) = newValue.quotientAndRemainder(dividingBy: 1_000_000)
            seconds = rest < 0 ? quotient - 1 : quotient
            nanos = Int32(rest < 0 ? rest + 1_000_000 : rest) * 1_000
        }
    }
}
