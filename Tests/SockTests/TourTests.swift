import Foundation
import TestSupport
import Testing

@Suite(.ownThread, .serialized, .timeLimit(.minutes(1))) struct TourTests {
    @Test func `every server of the tour is right`() throws {
        let outcome = try sock("tour")
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n")
        for model in TraceTests.models {
            let line = lines.first { $0.hasPrefix("\(model) ") }
            #expect(line?.hasSuffix(" ok") == true)
        }
        #expect(lines.contains { $0.contains("Unix stream") && $0.hasSuffix(" ok") })
        #expect(lines.contains { $0.contains("Unix datagram") && $0.hasSuffix(" ok") })
        #expect(outcome.output.contains("Documentation/Notes.md"))
        #expect(!outcome.output.contains("\u{1B}"))
    }

    @Test func `the tour as JSON tells connection, calls and verdict`() throws {
        let rows = try #require(try sock("tour", "--json").objects)
        #expect(rows.count == 14)
        for row in rows {
            #expect(row["verdict"] as? String == "ok")
            #expect((row["bytes"] as? Int ?? 0) > 100_000)
            #expect((row["connection"] as? String)?.contains(" -> ") == true)
            #expect((row["calls"] as? String)?.contains("socket bind") == true)
        }
    }

    @Test func `a tour that is killed takes its servers along`() throws {
        let tour = try Program.sock("tour")
        #expect(tour.line() != nil)
        var children: [Int32] = []
        while children.isEmpty, tour.isRunning { children = tour.children }
        tour.signal(SIGKILL)
        #expect(tour.finish().wasSignalled)
        for child in children { #expect(Program.hasEnded(child)) }
    }
}
