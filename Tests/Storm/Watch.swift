import AsyncSockets
import Glibc
import Sockets
import Synchronization
import TestSupport

/// Looks at the storm from a thread of its own: says how far it is, and when it stands still.
final class Watch: Sendable {
    private let isOver = Atomic<Bool>(false)
    private let early = Atomic<Int>(0)
    private let late = Atomic<Int>(0)
    private let thread = Locked<Background?>(nil)

    /// How long nothing may be interrupted. Only what hangs takes so long.
    private static let patience = 60
    /// What a storm may grow by after its first quarter, in KiB.
    private static let growth = 32_768

    /// Looks at this storm from now on.
    func begin(_ storm: Storm) {
        let isTerminal = isatty(1) == 1
        thread.withLock { $0 = Background { self.run(storm, isTerminal) } }
    }

    private func run(_ storm: Storm, _ isTerminal: Bool) {
        var (last, rounds) = (-1, 0)
        while !isOver.load(ordering: .relaxed) {
            usleep(50_000)
            let count = storm.tally.operations
            rounds = count == last ? rounds + 1 : 0
            last = count
            if rounds > Self.patience * 20 { finding("nothing happens any more\n\(storm.stage)\n\(storm.tally.table)") }
            look(storm.tally.interruptions)
            if isTerminal { say("\r\(storm.tally.interruptions) of \(options.count) interruptions", end: "") }
        }
        if isTerminal { say("\r", end: "") }
    }

    private func look(_ count: Int) {
        let size = Self.residentSize
        if count < options.count / 4 { Self.raise(early, to: size) } else { Self.raise(late, to: size) }
    }

    private static func raise(_ most: borrowing Atomic<Int>, to size: Int) {
        most.store(max(most.load(ordering: .relaxed), size), ordering: .relaxed)
    }

    /// Stops, and says how much memory there was.
    func finish() -> String {
        isOver.store(true, ordering: .relaxed)
        thread.withLock { $0.take() }?.join()
        let (early, late) = (early.load(ordering: .relaxed), late.load(ordering: .relaxed))
        let isSanitized = Sanitizer.address || Sanitizer.thread
        if !isSanitized, early > 0, late > early + Self.growth { finding("memory grew from \(early) to \(late) KiB") }
        return "at most \(early) KiB in the first quarter, \(late) KiB afterwards"
    }

    private static var residentSize: Int {
        var pages = [CChar](repeating: 0, count: 128)
        let file = unsafe open("/proc/self/statm", O_RDONLY)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        // The array has room for as many bytes as are read.
        let count = unsafe read(file, &pages, pages.count - 1)
        let text = String(decoding: pages[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let words = text.split(separator: " ")
        return words.count > 1 ? (Int(words[1]) ?? 0) * Int(getpagesize()) / 1024 : 0
    }
}
