import AsyncSockets
import Glibc
import Sockets
import Synchronization

/// Signals that were handled.
private let handled = Atomic<Int>(0)

/// Transfers on a loop in the thread that all signals go to, until it has had many of them, and ends the program.
func transferInStorm(_ kind: EngineKind?) throws {
    begin(every: 200)
    try EventLoop.run(engine: kind) { loop in
        var isEqual = true
        while handled.load(ordering: .relaxed) < 500 {
            isEqual = try await exchange(loop) == "equal" && isEqual
            // A wait for nothing but time.
            let end = ContinuousClock.now + .milliseconds(5)
            try await loop.sleep(within: .milliseconds(5))
            isEqual = isEqual && ContinuousClock.now >= end
        }
        say(isEqual ? "equal" : "different")
        await sayWhatIsLeft(loop)
    }
    say("done")
    exit(0)
}

/// Lets a timer interrupt the process; no call is restarted by the kernel.
private func begin(every microseconds: Int) {
    // The calls read what they are given, which lives that long.
    var action = sigaction(), none = sigset_t()
    unsafe action.__sigaction_handler.sa_handler = { _ in handled.add(1, ordering: .relaxed) }
    let interval = timeval(tv_sec: 0, tv_usec: suseconds_t(microseconds))
    var timer = itimerval(it_interval: interval, it_value: interval)
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
    unsafe sigaction(SIGALRM, &action, nil)
    unsafe setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
}
