import RPCCore
import Testing

@testable import RPCTransport

@Suite struct AcceptedCompressionsTests {
    @Test(
        arguments: [
            ("identity, deflate, gzip", AcceptedCompressions.all), ("identity,deflate,gzip", .all), ("gzip", .gzip),
            ("deflate", .deflate), (" \tgzip\t , br", .gzip), ("gzip;q=0", []), ("gzi,gzipp,xgzip", []), ("", []),
            (",,, ,", []), ("identity", []), ("snappy,deflate", .deflate), ("GZIP", []),
        ] as [(String, AcceptedCompressions)])
    func namesBetweenCommasAreTaken(value: String, expected: AcceptedCompressions) {
        #expect(Array(value.utf8).withUnsafeBytes { AcceptedCompressions($0) } == expected)
    }
}
