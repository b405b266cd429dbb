import AsyncSockets
import Sockets
import Synchronization

/// Two datagram sockets, of which one sends numbered datagrams and the other one receives them: each once, in order.
///
/// No more are on their way than the receiver's buffer holds, because UDP drops what it does not.
final class DatagramLife<Address: SocketAddressProtocol>: Sendable {
    private let storm: Storm
    private let name: String
    private let number: UInt64
    private let sender: AsyncDatagramSocket<Address>
    private let receiver: AsyncDatagramSocket<Address>
    private let address: Address
    private let sent = Atomic<Int>(0)
    private let received = Atomic<Int>(0)

    private static var window: Int { 32 }
    private static var size: Int { 1000 }

    init(
        _ storm: Storm, _ number: UInt64, _ addresses: (first: Address, second: Address), _ random: inout SplitMix
    ) throws(SocketError) {
        self.storm = storm
        self.number = number
        name = "\(Address.self) datagrams \(number)"
        sender = try AsyncDatagramSocket(boundTo: addresses.first, loop: storm.loop(&random))
        receiver = try AsyncDatagramSocket(boundTo: addresses.second, loop: storm.loop(&random))
        address = try receiver.localAddress
    }

    /// Lives to its end, and looks at what was lost.
    func run() async {
        let span = 100
        await withDiscardingTaskGroup { group in
            let workers = (0..<2).map { Weather(storm, SplitMix(options.seed, 8 * number + $0)) }
            group.addTask(executorPreference: workers[0].place) { await self.sendAll(span, workers[0]) }
            group.addTask(executorPreference: workers[1].place) { await self.receiveAll(workers[1]) }
        }
        let counts = (sent.load(ordering: .relaxed), received.load(ordering: .relaxed))
        if counts.0 != counts.1 { finding("\(name): \(counts.1) of \(counts.0) came") }
    }

    private func sendAll(_ span: Int, _ weather: Weather) async {
        var (weather, hits) = (weather, 0)
        while hits < span, !storm.isOver {
            let next = sent.load(ordering: .relaxed)
            guard next - received.load(ordering: .relaxed) < Self.window else {
                await weather.pause()
                continue
            }
            let bytes = Self.datagram(next), address = address
            let result = await weather.endure(.sendDatagram) { (limit) throws(SocketError) in
                try await self.sender.send(bytes.span, to: address, within: limit)
            }
            switch result {
            case .success(let count):
                if count != Self.size { finding("\(name): \(count) bytes of a datagram are sent") }
                sent.add(1, ordering: .relaxed)
            case .failure(let error): hits += interruption(error)
            }
        }
        // The end: nothing interrupts it.
        do throws(SocketError) { try await sender.send([UInt8]().span, to: address) } catch {
            finding("\(name): \(error)")
        }
    }

    private func receiveAll(_ weather: Weather) async {
        var (weather, isOpen) = (weather, true)
        while isOpen {
            let result = await weather.endure(.receiveDatagram) { (limit) throws(SocketError) in
                try await self.receiveNext(limit)
            }
            switch result {
            case .success(let more): isOpen = more
            case .failure(let error): _ = interruption(error)
            }
        }
    }

    /// Looks at the next datagram; false for the last one.
    private func receiveNext(_ limit: TimeLimit) async throws(SocketError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 2 * Self.size)
        let count = try await receiver.receive(into: &buffer, within: limit).count
        if count == 0 { return false }
        let expected = Self.datagram(received.load(ordering: .relaxed))
        if !buffer[..<count].elementsEqual(expected) {
            finding("\(name): datagram \(buffer.prefix(4)) of \(count) bytes comes instead of \(expected.prefix(4))")
        }
        received.add(1, ordering: .relaxed)
        return true
    }

    private func interruption(_ error: SocketError) -> Int {
        guard [.cancelled, .timedOut].contains(error.code) else { finding("\(name): \(error)") }
        return 1
    }

    private static func datagram(_ number: Int) -> [UInt8] {
        let head = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        return head + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size - 8)
    }
}
