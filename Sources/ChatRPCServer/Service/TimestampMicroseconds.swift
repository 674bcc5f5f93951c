import GeneratedRPC
import ProtobufRuntime

extension Timestamp {
    /// The instant that many microseconds after 1970-01-01T00:00:00Z.
    init(microseconds: Int64) {
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        self = .with {
            $0.seconds = rest < 0 ? seconds - 1 : seconds
            $0.nanos = Int32(rest < 0 ? rest + 1_000_000 : rest) * 1000
        }
    }
}
