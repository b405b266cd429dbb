// So many tasks sleep, until their time is up or they are cancelled, and again: async-timers ENGINE expire|cancel COUNT ROUNDS.
// The C program timers does the same with a heap of functions to call.
import AsyncSockets

let arguments = CommandLine.arguments
guard arguments.count == 5, let count = Int(arguments[3]), let rounds = Int(arguments[4]) else {
    fatalError("usage: async-timers ENGINE expire|cancel COUNT ROUNDS")
}
let isCancelled = arguments[2] == "cancel"
/// The runtime looks for a child that ends among all children of its group, so a group has few.
let most = 100

@Sendable
func sleep(_ number: Int, on loop: EventLoop) async {
    // A second from now, or an hour, in no order: 1,000,003 is prime.
    let time = Duration.seconds(isCancelled ? 3600 : 1) + .microseconds(number * 7919 % 1_000_003)
    try? await loop.sleep(within: .after(time))
}

@Sendable
func sleepAll(_ numbers: Range<Int>, on loop: EventLoop) async {
    await withDiscardingTaskGroup { group in
        for number in numbers { group.addTask { await sleep(number, on: loop) } }
    }
}

@Sendable
func runRound(on loop: EventLoop) async {
    await withDiscardingTaskGroup { group in
        for first in stride(from: 0, to: count, by: most) {
            group.addTask { await sleepAll(first..<min(first + most, count), on: loop) }
        }
        guard isCancelled else { return }
        // By then all of them sleep.
        try? await loop.sleep(within: .seconds(1))
        group.cancelAll()
    }
}

try EventLoop.run(engine: EngineKind(rawValue: arguments[1])) { loop in
    for _ in 0..<rounds { await runRound(on: loop) }
}
