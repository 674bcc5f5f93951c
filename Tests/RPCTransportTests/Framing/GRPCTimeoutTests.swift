import Testing

@testable import RPCTransport

@Suite struct GRPCTimeoutTests {
    @Test(arguments: [
        ("1H", Duration.seconds(3600)), ("2M", .seconds(120)), ("3S", .seconds(3)), ("4m", .milliseconds(4)),
        ("5u", .microseconds(5)), ("6n", .nanoseconds(6)), ("99999999H", .seconds(99_999_999 * 3600)), ("0n", .zero),
        ("00000001S", .seconds(1)),
    ])
    func everyUnitIsRead(text: String, duration: Duration) {
        #expect(Array(text.utf8).withUnsafeBytes(GRPCTimeout.parse) == duration)
    }

    @Test(arguments: ["", "S", "1", "1s", "-1S", "+1S", " 1S", "1 S", "1.5S", "123456789S", "1SS", "S1"])
    func anythingElseIsRefused(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes(GRPCTimeout.parse) == nil)
    }

    @Test(arguments: [
        (Duration.nanoseconds(1), "1n"), (.milliseconds(10), "10000000n"), (.milliseconds(100), "100000u"),
        (.seconds(5), "5000000u"), (.seconds(100), "100000m"), (.seconds(3600 * 24 * 365), "31536000S"),
        (.seconds(-1), "0n"),
    ])
    func theFinestUnitThatHasRoomIsWritten(duration: Duration, text: String) {
        #expect(GRPCTimeout.format(duration) == text)
    }

    @Test func aTimeoutIsNeverRoundedDown() {
        #expect(GRPCTimeout.format(.nanoseconds(100_000_001)) == "100001u")
    }
}
