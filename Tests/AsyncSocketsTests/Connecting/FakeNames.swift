import AsyncSockets
import Foundation
import Sockets

/// A resolver whose answers are the test's, and which answers when the test lets it.
final class FakeNames: @unchecked Sendable {
    private let condition = NSCondition()
    private let table: @Sendable (String, IPVersion?) -> Result<[IPSocketAddress], SocketError>
    private var isHeld: Bool
    private var questions: [String] = []
    private var busy = 0
    private var mostBusy = 0

    init(
        held: Bool = false,
        _ table: @escaping @Sendable (String, IPVersion?) -> Result<[IPSocketAddress], SocketError> = { _, _ in
            .success([.loopback(port: 0)])
        }
    ) {
        isHeld = held
        self.table = table
    }

    /// One that knows these IPv4 addresses, and no IPv6 ones.
    convenience init(_ addresses: [String], held: Bool = false) {
        let known = addresses.compactMap { IPv4Address($0) }.map { IPSocketAddress($0, port: 0) }
        self.init(held: held) { _, version in
            version == .v6 ? .failure(SocketError(.getaddrinfo, .nameNotFound)) : .success(known)
        }
    }

    /// Threads that ask it.
    func lookups(threads: Int = 4) -> Lookups { Lookups(mostThreads: threads) { self.ask($0) } }

    /// Lets all questions be answered from now on.
    func answer() {
        condition.withLock {
            isHeld = false
            condition.broadcast()
        }
    }

    /// What was asked.
    var asked: [String] { condition.withLock { questions } }
    /// Questions that are being asked.
    var running: Int { condition.withLock { busy } }
    /// How many questions were being asked at the same time.
    var mostRunning: Int { condition.withLock { mostBusy } }

    private func ask(_ question: Question) -> Result<Answer, SocketError> {
        guard case .addresses(let host, _, let query) = question else {
            return .failure(SocketError(.getnameinfo, .nameNotFound))
        }
        wait(host)
        return table(host, query.version).map(Answer.addresses)
    }

    private func wait(_ host: String) {
        condition.withLock {
            questions.append(host)
            busy += 1
            mostBusy = max(mostBusy, busy)
            // No test takes that long, and no thread is left if one fails.
            let patience = Date(timeIntervalSinceNow: 30)
            while isHeld, condition.wait(until: patience) {}
            busy -= 1
        }
    }
}

/// The error that an operation ends with, or nil.
func asyncError(_ body: () async throws(SocketError) -> Void) async -> SocketError? {
    do throws(SocketError) {
        try await body()
        return nil
    } catch { return error }
}
