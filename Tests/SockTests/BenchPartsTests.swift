import Foundation
import Sockets
import TestSupport
import Testing

@testable import sock

@Suite struct BenchPartsTests {
    @Test func `every time is in a bucket that is at most 0.8 percent wide, and no bucket is missing`() {
        var values = Array(Int64(0)...5000)
        for shift in 13..<40 { values += [-1, 0, 1].map { (Int64(1) << Int64(shift)) + $0 } }
        var last = -1
        for value in values {
            let bucket = LatencyHistogram.index(value), upper = LatencyHistogram.last(bucket)
            #expect(upper >= value && Double(upper - value) <= Double(value) / 128)
            #expect(bucket == 0 || LatencyHistogram.last(bucket - 1) < value)
            if value <= 5000 {
                #expect(bucket == last || bucket == last + 1)
                last = bucket
            }
        }
    }

    @Test func `percentiles of known times are right within the width of a bucket`() {
        var one = LatencyHistogram(), other = LatencyHistogram()
        for value in 1...50_000 { one.record(Int64(value * 100)) }
        for value in 50_001...100_000 { other.record(Int64(value * 100)) }
        one.add(other)
        #expect(one.count == 100_000)
        #expect(one.maximum == 10_000_000)
        #expect(abs(one.mean - 5_000_050) < 1)
        for part in [0.0001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999] {
            let exact = part * 10_000_000
            #expect(abs(Double(one.percentile(part)) - exact) <= exact / 128, "\(part)")
        }
        #expect(one.percentile(1) == 10_000_000)
    }

    @Test func `no times, impossible ones and endless ones do no harm`() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(0.5) == 0)
        #expect(histogram.mean == 0)
        histogram.record(-5)
        #expect(histogram.percentile(1) == 0)
        histogram.record(.max)
        #expect(histogram.maximum == .max)
        #expect(histogram.percentile(1) >= 1 << 40)
    }

    @Test func `a wrong byte is found, and named`() throws {
        let payload = BenchPayload(), start = BenchPayload.start(of: 3)
        let position = start + 1_000_000
        var bytes = payload.bytes(at: position, 300).indices.map { payload.bytes(at: position, 300)[$0] }
        try payload.check(bytes.span, at: position, of: 3)
        // The same bytes at another place are wrong, and so they are on another connection.
        #expect(throws: SocketError.self) { try payload.check(bytes.span, at: position + 300, of: 3) }
        bytes[299] ^= 1
        let error = #expect(throws: SocketError.self) { try payload.check(bytes.span, at: position, of: 3) }
        #expect(error?.detail?.hasPrefix("byte 1000299 of connection 3 came back as \(bytes[299]), not ") == true)
    }

    @Test(arguments: [1e-6, 0.3, 1, 1.5, 2, 10, 1000, 123_456_789]) func `the logarithm is one`(_ value: Double) {
        #expect(abs(value.logarithm - log2(value)) < 1e-6)
    }

    @Test(arguments: [
        (0.0, 1.0, "1", ["0.0", "0.5", "1.0"]), (7, 8, "1", ["0", "2", "4", "6", "8"]),
        (10, 10, "1", ["0", "5", "10"]),
        (0.4, 0.4, "1", ["0.0", "0.1", "0.2", "0.3", "0.4"]), (2_300_000, 3_000_000, "1e6", ["0", "1", "2", "3"]),
        (101_000, 150_000, "1", ["0", "50000", "100000", "150000"]),
    ])
    func `an axis ends at a round number, and has few round ticks`(
        _ most: Double, _ end: Double, _ unit: String, _ labels: [String]
    ) throws {
        let axis = Axis(to: most), ticks = axis.ticks(per: try #require(Double(unit)))
        #expect(abs(axis.end - end) < end * 1e-9)
        #expect(ticks.map(\.label) == labels)
        #expect(ticks.first?.place == 0 && abs((ticks.last?.place ?? 0) - 1) < 1e-9)
    }

    @Test func `text of any characters is valid in a drawing`() {
        let panel = SVGPanel(title: "<a & \"b\"\u{1}>", horizontal: "", vertical: "")
        #expect(panel.elements(at: 0).contains(">&lt;a &amp; &quot;b&quot;?&gt;</text>"))
    }
}
