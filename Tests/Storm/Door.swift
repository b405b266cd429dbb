import AsyncSockets
import Sockets
import Synchronization

/// A listener whose accepts are interrupted, and who waits for which of its connections.
///
/// A connection begins with a number, by which the two ends find each other. A connect that was interrupted may have
/// reached the listener all the same; its connection ends before the number.
final class Door<Address: SocketAddressProtocol>: Sendable {
    private let listener: AsyncStreamListener<Address>
    private let state = Locked(State())

    private struct State {
        var waiting: [UInt64: CheckedContinuation<Parcel<Address>, Never>] = [:]
        var arrived: [UInt64: Parcel<Address>] = [:]
    }

    init(_ address: Address, _ loop: EventLoop) throws(SocketError) {
        listener = try AsyncStreamListener(on: address, loop: loop)
    }

    /// Accepts until the task is cancelled.
    func open(_ storm: Storm, _ user: UInt64) async {
        var weather = Weather(storm, SplitMix(options.seed, user))
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let result = await weather.endure(.accept) { (limit) throws(SocketError) in
                    Parcel(try await self.listener.accept(within: limit))
                }
                switch result {
                case .success(let parcel): group.addTask { await self.welcome(parcel) }
                case .failure(let error):
                    guard [.cancelled, .timedOut].contains(error.code) else { finding("accept: \(error)") }
                }
            }
        }
    }

    private func welcome(_ parcel: Parcel<Address>) async {
        guard let stream = parcel.take() else { return }
        var bytes = [UInt8](repeating: 0, count: 8)
        do throws(SocketError) { try await stream.receiveExactly(into: &bytes) } catch {
            let known: [SocketError.Code] = [.unexpectedEnd, .connectionReset, .cancelled]
            guard known.contains(error.code), error.transferred == 0 else { finding("the number: \(error)") }
            return
        }
        let number = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        deliver(Parcel(stream), number)
    }

    private func deliver(_ parcel: Parcel<Address>, _ number: UInt64) {
        let waiting = state.withLock { state in
            let waiting = state.waiting.removeValue(forKey: number)
            if waiting == nil, state.arrived.updateValue(parcel, forKey: number) != nil {
                finding("connection \(number) was accepted twice")
            }
            return waiting
        }
        waiting?.resume(returning: parcel)
    }

    private func arrival(_ number: UInt64) async -> Parcel<Address> {
        await withCheckedContinuation { continuation in
            let parcel = state.withLock { state in
                let parcel = state.arrived.removeValue(forKey: number)
                if parcel == nil { state.waiting[number] = continuation }
                return parcel
            }
            if let parcel { continuation.resume(returning: parcel) }
        }
    }

    /// Connects as often as it takes to get through, and returns both ends.
    func connect(_ number: UInt64, _ weather: inout Weather) async -> (first: Parcel<Address>, second: Parcel<Address>)
    {
        while true {
            let loop = weather.storm.loop(&weather.random), address = listener.localAddress
            let result = await weather.endure(.connect) { (limit) throws(SocketError) in
                Parcel(try await AsyncStreamSocket.connect(to: address, within: limit, loop: loop))
            }
            switch result {
            case .success(let parcel): return (await greet(parcel, number), await arrival(number))
            case .failure(let error):
                guard [.cancelled, .timedOut].contains(error.code) else { finding("connect: \(error)") }
            }
        }
    }

    private func greet(_ parcel: Parcel<Address>, _ number: UInt64) async -> Parcel<Address> {
        guard let stream = parcel.take() else { finding("a connection is gone") }
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        do throws(SocketError) { try await stream.sendAll(bytes.span) } catch { finding("greeting: \(error)") }
        return Parcel(stream)
    }
}
