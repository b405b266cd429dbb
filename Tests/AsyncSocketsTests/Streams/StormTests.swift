import AsyncSockets
import TestSupport
import Testing

/// A short storm; `make storm` has the long ones.
@Suite(.timeLimit(.minutes(5)), .serialized) struct StormTests {
    @Test(arguments: EngineKind.available)
    func `what is interrupted at random loses no byte, and leaves nothing`(_ kind: EngineKind) throws {
        let seed = UInt64.random(in: 1...1_000_000)
        let words = ["--engine", kind.rawValue, "--count", "1000", "--seed", "\(seed)"]
        // Not solved: on a busy machine, one run in twenty on the ring finds bytes out of place, or does not end.
        try withKnownIssue("the ring loses its place under load", isIntermittent: true) {
            let storm = try Program(Program.built("Storm"), words).finish()
            #expect(storm.status == 0, "\(storm.output)\(storm.errors)")
            #expect(storm.output.contains("\(kind), seed \(seed): 1"), "\(storm.output)")
        } when: {
            kind == .ring
        }
    }
}
