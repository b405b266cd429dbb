// So many tasks sleep, until their time is up or they are cancelled: async-timers ENGINE expire|cancel COUNT. The C program
// timers does the same with a heap of functions to call.
import AsyncSockets

let arguments = CommandLine.arguments
guard arguments.count == 4, let count = Int(arguments[3]) else {
    fatalError("usage: async-timers ENGINE expire|cancel COUNT")
}
let isCancelled = arguments[2] == "cancel"

try EventLoop.run(engine: EngineKind(rawValue: arguments[1])) { loop in
    await withDiscardingTaskGroup { group in
        for number in 0..<count {
            // A second from now, or an hour, in no order: 1,000,003 is prime.
            let time = Duration.seconds(isCancelled ? 3600 : 1) + .microseconds(number * 7919 % 1_000_003)
            group.addTask { try? await loop.sleep(within: .after(time)) }
        }
        guard isCancelled else { return }
        // All of them sleep when this task has its turn again.
        try? await loop.sleep(within: .milliseconds(1))
        group.cancelAll()
    }
}
