import AsyncSockets
import Glibc
import Sockets
import TestSupport

// Random cancellations, closes and time-outs against live traffic; ends with status 1 when a byte is lost, or anything is
// left that should be gone.

let begin = ContinuousClock.now
do {
    // What the runtime opens when it first waits is not of the storm.
    try await warmUp()
    let base = descriptorsInUse().count
    try await storm()
    try await expectDescriptors(base)
} catch { finding("\(error)") }

func warmUp() async throws {
    let loop = try EventLoop(engine: options.engine)
    try await loop.sleep(within: .milliseconds(1))
    await loop.shutdown()
    try await Task.sleep(for: .milliseconds(1))
}

func storm() async throws {
    let loops = [try EventLoop(engine: options.engine), try EventLoop(engine: options.engine)]
    try await storm(loops)
    for loop in loops {
        try await expectEmpty(loop)
        await loop.shutdown()
    }
}

func storm(_ loops: [EventLoop]) async throws {
    let storm = try Storm(loops), watch = Watch()
    watch.begin(storm)
    await storm.run()
    let tally = storm.tally, memory = watch.finish()
    say("\(tally.table)\n")
    say(
        "\(options.engine), seed \(options.seed): \(tally.interruptions) interruptions of \(tally.operations) operations"
    )
    say("\(storm.lifeCount) connections and sockets, \(begin.duration(to: .now)), \(memory)")
}

/// Everything was closed: nothing is left in the loops.
func expectEmpty(_ loop: EventLoop) async throws {
    for _ in 0..<5000 where loop.slotCount > 0 { try await loop.sleep(within: .milliseconds(1)) }
    if loop.slotCount > 0 { finding("\(loop.slotCount) sockets are left in a loop") }
}

/// A loop's descriptors go with its last reference, which its thread may have for another moment.
func expectDescriptors(_ base: Int) async throws {
    for _ in 0..<5000 where descriptorsInUse().count > base { try await Task.sleep(for: .milliseconds(1)) }
    let count = descriptorsInUse().count
    if count > base { finding("\(count) descriptors are open, \(base) were before: \(descriptorsInUse())") }
}

/// The descriptors of this process, but for the pipes of the sanitizer of threads to the program that knows the names of
/// functions, and the clocks that the runtime opens when it first needs them.
func descriptorsInUse() -> [String] {
    openDescriptors().filter { !$0.hasSuffix("[timerfd]") && !(Sanitizer.thread && $0.hasPrefix("pipe:")) }
}
