/// Lets the callers of a group come back before the next group begins.
///
/// Those who append one message after the other send the next as soon as they are answered. A group that began with the
/// first of them would leave the others to the one behind it, and each commit would take half of what it could. So a
/// group waits until as many messages are there as the last one had, though not for long, and never where nobody has been
/// answered just now. A pure value.
struct Gathering: Sendable, Hashable {
    /// How many messages the last group had.
    private var messages = 0
    private var until: ContinuousClock.Instant

    init(at now: ContinuousClock.Instant) {
        until = now
    }

    /// The longest wait, as a part of what the last group took, and at all.
    private static let part = 4
    private static let longest = Duration.milliseconds(1)

    /// A group has been answered.
    mutating func answered(messages: Int, began: ContinuousClock.Instant, at now: ContinuousClock.Instant) {
        self.messages = messages
        until = now + min((now - began) / Gathering.part, Gathering.longest)
    }

    /// How many messages the next group waits for, and until when; nil if it waits for nothing.
    func wait(at now: ContinuousClock.Instant) -> (messages: Int, until: ContinuousClock.Instant)? {
        messages > 1 && now < until ? (messages, until) : nil
    }
}
