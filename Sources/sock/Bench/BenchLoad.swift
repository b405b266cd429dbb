import AsyncSockets
internal import SocketServers
import Sockets

/// All connections of a load, on one loop or several.
final class BenchLoad<Target: SocketAddressProtocol>: Sendable {
    let plan: BenchPlan
    let clock = BenchClock()
    let workers: [BenchWorker]
    private let targets: [Target]
    private let payload = BenchPayload()
    private let problems = Guarded(Problems())

    /// What went wrong.
    struct Problems {
        var count = 0
        var first: SocketError?
    }

    /// A stream that a task can be given.
    private final class Line: Sendable {
        let stream: AsyncStreamSocket<Target>
        init(_ stream: consuming AsyncStreamSocket<Target>) { self.stream = stream }
    }

    /// Targets are tried one after the other until one answers; there is at least one.
    init(_ plan: BenchPlan, to targets: [Target], _ loops: [EventLoop]) {
        self.plan = plan
        self.targets = targets
        workers = loops.map(BenchWorker.init)
    }

    /// What went wrong so far.
    var failures: Problems { problems.withLock { $0 } }

    /// Connects, runs until the time is over, and waits for the last answers.
    func run() async throws(SocketError) -> BenchResult {
        let target = try await reachable()
        let lines = plan.mode == .connect ? [] : try await connect(to: target)
        try clock.start(plan.duration)
        await withTaskGroup { group in
            group.addTask { await self.drive(lines, target) }
            // Whoever waits for an answer by then waits in vain.
            group.addTask { await self.pause(self.plan.duration + self.plan.patience) }
            group.addTask {
                await self.clock.untilStopped()
                await self.pause(self.plan.patience)
            }
            await group.next()
            group.cancelAll()
        }
        return BenchResult(plan, "\(target)", clock.elapsed, workers, failures)
    }

    /// Waits for a time, or for the end of the load.
    private func pause(_ time: Duration) async { try? await workers[0].loop.sleep(within: .after(time)) }

    /// The first target that answers.
    private func reachable() async throws(SocketError) -> Target {
        var failure = SocketError(.connect, .nameNotFound)
        for target in targets {
            do throws(SocketError) {
                try await AsyncStreamSocket.connect(to: target, within: .after(plan.patience)).reset()
                return target
            } catch { failure = error }
        }
        throw failure
    }

    private func drive(_ lines: [Line], _ target: Target) async {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<plan.connections {
                let client = client(number), line = plan.mode == .connect ? nil : lines[number]
                group.addTask(executorPreference: client.worker.loop) { await self.drive(client, line, target) }
            }
        }
    }

    private func drive(_ client: BenchClient<Target>, _ line: Line?, _ target: Target) async {
        do {
            switch (plan.mode, line) {
            case (.echo, let line?): try await client.echo(line.stream)
            case (.throughput, let line?): try await client.pour(line.stream)
            default: try await client.reconnect(to: target)
            }
        } catch { note(error as? SocketError) }
    }

    private func note(_ error: SocketError?) {
        var error = error
        if error?.code == .cancelled { error = SocketError(.recv, .timedOut, detail: "the last answers did not come") }
        problems.withLock { problems in
            problems.count += 1
            problems.first = problems.first ?? error
        }
    }

    private func client(_ number: Int) -> BenchClient<Target> {
        let worker = workers[number % workers.count]
        return BenchClient(number: number, plan: plan, payload: payload, clock: clock, worker: worker)
    }
}

extension BenchLoad {
    /// Connections that are made at once: fewer than a listener's queue has places.
    private static var window: Int { 64 }

    /// Makes all connections, or throws why the first one that could not be made was not.
    private func connect(to target: Target) async throws(SocketError) -> [Line] {
        let result = await withTaskGroup(of: (Int, Result<Line, SocketError>).self) { group in
            await self.connect(to: target, in: &group)
        }
        return try result.get().sorted { $0.0 < $1.0 }.map(\.1)
    }

    private func connect(
        to target: Target, in group: inout TaskGroup<(Int, Result<Line, SocketError>)>
    ) async -> Result<[(Int, Line)], SocketError> {
        var lines: [(Int, Line)] = [], begun = 0
        while lines.count < plan.connections {
            while begun < min(plan.connections, lines.count + Self.window) {
                let number = begun
                group.addTask { (number, await self.line(number, to: target)) }
                begun += 1
            }
            guard let (number, result) = await group.next() else { break }
            switch result {
            case .success(let line): lines.append((number, line))
            case .failure(let error):
                // Nobody needs the others.
                group.cancelAll()
                return .failure(error)
            }
        }
        return .success(lines)
    }

    private func line(_ number: Int, to target: Target) async -> Result<Line, SocketError> {
        let loop = workers[number % workers.count].loop
        do throws(SocketError) {
            let stream = try await AsyncStreamSocket.connect(to: target, within: .after(plan.patience), loop: loop)
            return .success(Line(stream))
        } catch { return .failure(error) }
    }
}
