import NIOCore
import Testing

@testable import RPCTransport

@Suite struct WriteProgressTests {
    private func time(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(1_000 + seconds) }

    /// Asked at each of these seconds: with a limit of ten.
    private func isStalled(_ progress: inout WriteProgress, queued: Int, at seconds: Int64) -> Bool {
        progress.isStalled(queuedBytes: queued, since: time(seconds - 10), now: time(seconds))
    }

    @Test func bytesThatStayForTheWholeTimeAreStalled() {
        var progress = WriteProgress()
        for second in stride(from: Int64(0), to: 10, by: 3) { #expect(!isStalled(&progress, queued: 5, at: second)) }
        #expect(isStalled(&progress, queued: 5, at: 10))
    }

    @Test func bytesThatLeaveOneByOneAreStalledToo() {
        var progress = WriteProgress()
        for second in Int64(0)..<10 {
            #expect(!isStalled(&progress, queued: 5_000, at: second))
            progress.sentBytes += 1
        }
        #expect(isStalled(&progress, queued: 5_000, at: 10))
    }

    @Test func muchThatLeavesBeginsTheTimeAnew() {
        var progress = WriteProgress()
        #expect(!isStalled(&progress, queued: 5, at: 0))
        progress.sentBytes += 16_384
        #expect(!isStalled(&progress, queued: 4, at: 9))
        #expect(!isStalled(&progress, queued: 4, at: 18))
        #expect(isStalled(&progress, queued: 4, at: 19))
    }

    @Test func aStreamWithNothingToSendNeverStalls() {
        var progress = WriteProgress()
        for second in stride(from: Int64(0), to: 100, by: 5) { #expect(!isStalled(&progress, queued: 0, at: second)) }
        #expect(!isStalled(&progress, queued: 1, at: 100))
        #expect(isStalled(&progress, queued: 1, at: 110))
    }
}
