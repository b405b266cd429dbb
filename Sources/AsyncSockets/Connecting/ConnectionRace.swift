internal import Sockets

/// A connect by name: look-ups and attempts are child tasks on the loop, and ``HappyEyeballs`` says what to do when.
///
/// Whatever way it ends, it waits for its children, which end at once when they are cancelled; a connection that comes
/// late is closed.
struct ConnectionRace: Sendable {
    let host: String
    let port: Port
    let configuration: ConnectConfiguration
    let limit: TimeLimit
    let loop: EventLoop
    let lookups: Lookups

    /// The connection that came first.
    struct Winner: Sendable {
        let reference: SlotReference
        let address: IPSocketAddress
    }

    /// Runs the race, from any task.
    func run() async throws(SocketError) -> Winner {
        let questions = try questions
        if Task.isCancelled { throw cancelled }
        if loop.keepsCaller(#isolation) { return try await runHere(questions).get() }
        let result = await withTaskGroup(of: Result<Winner, SocketError>.self) { group in
            group.addTask(executorPreference: loop) { await runHere(questions) }
            return await group.next()
        }
        guard let result else { throw cancelled }
        return try result.get()
    }

    /// The versions to ask for, each in a question of its own. Names of this machine are no business of name servers, and
    /// those would be asked when the table of hosts knows one version only. RFC 6761, section 6.3
    private var questions: [IPVersion?] {
        get throws(SocketError) {
            if let version = try configuration.onlyVersion { return [version] }
            return localName == nil ? [.v6, .v4] : [nil]
        }
    }

    /// The name if it is one of this machine, without the dot at the end, with which no table of hosts has it.
    private var localName: String? {
        let name = host.hasSuffix(".") ? String(host.dropLast()) : host
        let known = name.lowercased()
        return known == "localhost" || known.hasSuffix(".localhost") ? name : nil
    }

    private func runHere(_ questions: [IPVersion?]) async -> Result<Winner, SocketError> {
        await withTaskGroup(of: Report.self) { group in
            for version in questions { ask(version, &group) }
            let result = await race(questions, &group)
            group.cancelAll()
            for await case .ended(_, .success(let late)) in group { late.reference.drop() }
            return result
        }
    }

    private func race(
        _ questions: [IPVersion?], _ group: inout TaskGroup<Report>
    ) async -> Result<Winner, SocketError> {
        var progress = progress(questions)
        while true {
            switch progress.eyeballs.handle(progress.event, at: loop.engine.now) {
            case .start(let number, let address): attempt(number, address, &group)
            case .succeed: if let winner = progress.winner { return .success(winner) }
            case .fail(let error): return .failure(error)
            case nil: break
            }
            setAlarm(&progress, &group)
            let report = await group.next() ?? .time(SocketError(.connect, .cancelled))
            if let error = progress.note(report) { return .failure(error) }
            if progress.winner == nil, Task.isCancelled { return .failure(cancelled) }
        }
    }

    private func progress(_ questions: [IPVersion?]) -> Progress {
        let versions = questions.flatMap { $0.map { [$0] } ?? IPVersion.allCases }
        let end = limit.starting { loop.engine.now }.nanoseconds
        return Progress(eyeballs: HappyEyeballs(host, versions: Set(versions), configuration, deadline: end))
    }

    private var cancelled: SocketError { SocketError(.connect, .cancelled, detail: host) }
}

extension ConnectionRace {
    /// What a child has to say at its end.
    private enum Report: Sendable {
        case answered(IPVersion?, Result<[IPSocketAddress], SocketError>)
        case ended(Int, Result<Winner, SocketError>)
        /// It is later; or why that is not known.
        case time(SocketError?)
    }

    /// How far the race is.
    private struct Progress {
        var eyeballs: HappyEyeballs
        var event = HappyEyeballs.Event.time
        /// When a child reports that it is later.
        var alarm = Int64.max
        var winner: Winner?

        /// Makes an event of a report, or the error that ends everything.
        mutating func note(_ report: Report) -> SocketError? {
            switch report {
            case .answered(let version, let answer): event = .answered(version, answer)
            case .ended(let number, .failure(let error)): event = .failed(number, error)
            case .ended(let number, .success(let winner)): (event, self.winner) = (.connected(number), winner)
            case .time(let error):
                (event, alarm) = (.time, .max)
                return error
            }
            return nil
        }
    }

    private func ask(_ version: IPVersion?, _ group: inout TaskGroup<Report>) {
        var query = Resolver.Query()
        query.version = version
        let name = localName ?? host
        group.addTask(executorPreference: loop) { [query] in
            do throws(SocketError) {
                let found = try await AsyncResolver.addresses(of: name, port, query, .forever, loop, lookups)
                return .answered(version, .success(found))
            } catch { return .answered(version, .failure(error)) }
        }
    }

    private func attempt(_ number: Int, _ address: IPSocketAddress, _ group: inout TaskGroup<Report>) {
        group.addTask(executorPreference: loop) {
            do throws(SocketError) {
                let source = try configuration.localAddress?.encoded() ?? .none
                let reference = try await Connecting.connect(to: try address.encoded(), from: source, .forever, loop)
                return .ended(number, .success(Winner(reference: reference, address: address)))
            } catch { return .ended(number, .failure(error)) }
        }
    }

    /// Has a child report when the next thing is due. One that comes too early does no harm.
    private func setAlarm(_ progress: inout Progress, _ group: inout TaskGroup<Report>) {
        let time = progress.eyeballs.nextTime
        guard time < progress.alarm else { return }
        progress.alarm = time
        group.addTask(executorPreference: loop) {
            do throws(SocketError) {
                try await loop.sleep(within: TimeLimit(nanoseconds: time, isRelative: false))
                return .time(nil)
            } catch { return .time(SocketError(.connect, error.code, detail: host)) }
        }
    }
}
