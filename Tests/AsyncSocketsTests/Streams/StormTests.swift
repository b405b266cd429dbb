import AsyncSockets
import TestSupport
import Testing

/// A short storm; `make storm` has the long ones.
@Suite(.ownThread, .timeLimit(.minutes(5)), .serialized) struct StormTests {
    @Test(arguments: EngineKind.available)
    func `what is interrupted at random loses no byte, and leaves nothing`(_ kind: EngineKind) throws {
        let seed = UInt64.random(in: 1...1_000_000)
        let words = ["--engine", kind.rawValue, "--count", "\(Sanitizer.times(1000))", "--seed", "\(seed)"]
        let storm = try Program(Program.built("Storm"), words).finish()
        #expect(storm.status == 0, "\(storm.output)\(storm.errors)")
        #expect(storm.output.contains("\(kind), seed \(seed): "), "\(storm.output)")
    }
}
