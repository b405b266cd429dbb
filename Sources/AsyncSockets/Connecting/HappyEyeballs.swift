package import Sockets

/// Which address of a host to try when, so that a family of addresses that does not work costs little time.
///
/// It does nothing itself: it is told what happened and at which time, and answers what to do, so that the same story
/// always has the same end. Times are nanoseconds on any clock.
///
/// RFC 8305, but for two sections. Section 4 has all addresses in one order, that of RFC 6724, whose first says which version
/// begins: here IPv6 begins wherever it is known in time, and the resolver's order counts within a version only. Section 7: no
/// IPv6 address is made up for an IPv4 one behind NAT64, which is left to the system.
package struct HappyEyeballs {
    /// Something that happened.
    package enum Event {
        /// The addresses of one version, or of both (nil), are known, or will not be.
        case answered(IPVersion?, Result<[IPSocketAddress], SocketError>)
        /// An attempt led to a connection.
        case connected(Int)
        /// An attempt failed.
        case failed(Int, SocketError)
        /// Time has passed.
        case time
    }

    /// Something to do.
    package enum Action: Equatable {
        /// Begin an attempt, which has this number.
        case start(Int, IPSocketAddress)
        /// Take the connection of this attempt, and end all others: it is over.
        case succeed(Int)
        /// Give up: it is over.
        case fail(SocketError)
    }

    /// The most addresses of one version that are tried, so that many bad ones leave the others their chance.
    package static let mostOfVersion = 128

    let host: String
    private let configuration: ConnectConfiguration
    let deadline: Int64
    /// Versions whose addresses are being looked up.
    private(set) var awaited: Set<IPVersion>
    private(set) var attempts: [Attempt] = []
    private(set) var nameErrors: [SocketError] = []
    private var candidates = Candidates()
    private var isOver = false
    /// When IPv4 does not wait for IPv6 any longer.
    private var resolutionEnd = Int64.max
    /// When the next attempt may begin beside those that go on.
    private var nextStart = Int64.min

    struct Attempt {
        let address: IPSocketAddress
        var error: SocketError?
    }

    /// A connect to a host, whose addresses of these versions were asked for just now.
    package init(
        _ host: String, versions: Set<IPVersion>, _ configuration: ConnectConfiguration = .init(), deadline: Int64
    ) {
        self.host = host
        self.configuration = configuration
        self.deadline = deadline
        awaited = versions
    }

    /// When `time` is to be told if nothing else happens before.
    package var nextTime: Int64 { isOver ? .max : min(deadline, startTime) }

    /// Takes an event in, and says what to do.
    package mutating func handle(_ event: Event, at now: Int64) -> Action? {
        if isOver { return nil }
        if let winner = note(event, now) { return end(.succeed(winner)) }
        if now >= deadline { return end(.fail(timeOut)) }
        if now >= startTime, let address = candidates.take(nextVersion) { return start(address, now) }
        return isHopeless ? end(.fail(verdict)) : nil
    }

    /// Takes an event in; the attempt that won, if one did.
    private mutating func note(_ event: Event, _ now: Int64) -> Int? {
        switch event {
        case .answered(let version, let answer): note(answer, of: version, now)
        case .connected(let number): return attempts.indices.contains(number) ? number : nil
        case .failed(let number, let error):
            guard attempts.indices.contains(number), attempts[number].error == nil else { return nil }
            attempts[number].error = error
            // There is nothing to wait for any more.
            nextStart = now
        case .time: break
        }
        return nil
    }

    private mutating func note(
        _ answer: Result<[IPSocketAddress], SocketError>, of version: IPVersion?, _ now: Int64
    ) {
        if let version { awaited.remove(version) } else { awaited = [] }
        switch answer {
        case .success(let addresses): candidates.add(addresses)
        case .failure(let error): nameErrors.append(error)
        }
        if resolutionEnd == .max, !candidates.isEmpty {
            resolutionEnd = now.advanced(byDelay: configuration.resolutionDelay.clampedNanoseconds)
        }
    }

    private mutating func start(_ address: IPSocketAddress, _ now: Int64) -> Action {
        let delay = configuration.attemptDelay.clampedNanoseconds
        nextStart = now.advanced(byDelay: min(max(delay, 10_000_000), 2_000_000_000))
        attempts.append(Attempt(address: address))
        return .start(attempts.count - 1, address)
    }

    private mutating func end(_ action: Action) -> Action {
        isOver = true
        return action
    }

    /// When the next attempt begins, as far as it is known.
    private var startTime: Int64 {
        guard !candidates.isEmpty else { return .max }
        guard attempts.isEmpty else { return nextStart }
        let knowsFirst = candidates.has(.v6) || !awaited.contains(.v6)
        return knowsFirst ? .min : resolutionEnd
    }

    /// The versions take turns, from IPv6 on, as long as both have addresses.
    private var nextVersion: IPVersion {
        guard let first = attempts.first, let last = attempts.last else { return .v6 }
        return attempts.count < configuration.firstVersionCount ? first.address.version : last.address.version.other
    }

    private var isHopeless: Bool {
        awaited.isEmpty && candidates.isEmpty && attempts.allSatisfy { $0.error != nil }
    }
}

extension Int64 {
    fileprivate func advanced(byDelay delay: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(Swift.max(delay, 0))
        return overflow ? .max : sum
    }
}
