import AsyncSockets
internal import CSocketShim
import Sockets

// What goes wrong, by chance.

extension World {
    /// Nothing can be done now: wait, and perhaps be woken for nothing, once until something comes of it.
    func wait(_ socket: SimulatedSocket, _ direction: Direction) -> Int {
        if !socket.misled.contains(direction), random.happens(conditions.spuriousReadiness) {
            socket.misled.insert(direction)
            note(.spurious, socket.number)
            plan(.wake(socket.number, direction), after: moment())
        }
        return Attempt.pending
    }

    /// Whether an operation that could go on is put off, never twice in succession.
    func isPutOff(_ socket: SimulatedSocket, _ direction: Direction) -> Bool {
        socket.misled.remove(direction)
        guard socket.putOff.remove(direction) == nil, random.happens(conditions.wouldBlock) else { return false }
        socket.putOff.insert(direction)
        note(.postponed, socket.number)
        plan(.wake(socket.number, direction), after: moment())
        return true
    }

    /// Resets the connection by chance: at this end now, which loses what nobody has received, and at the other one when the
    /// news gets there, behind what was sent before.
    func isResetNow(_ socket: SimulatedSocket) -> Bool {
        guard random.happens(conditions.reset), let peer = socket.peer else { return false }
        plan(.reset(peer), at: arrival(socket, 0))
        for (number, direction) in reset(socket.number) { plan(.wake(number, direction)) }
        socket.incoming = ByteQueue()
        return true
    }

    /// The error that waits at the socket, once, as an answer.
    func takeError(_ socket: SimulatedSocket) -> Int {
        defer { socket.error = 0 }
        return -Int(socket.error)
    }

    /// How many bytes a transfer moves that could move so many.
    func shortened(_ count: Int, _ socket: SimulatedSocket) -> Int {
        guard count > 1, random.happens(conditions.shortTransfer) else { return count }
        note(.shortened, socket.number)
        return 1 + Int(random.upTo(Int64(count - 2)))
    }

    /// How long it takes until so many bytes have gone out.
    func sendingTime(_ count: Int) -> Int64 {
        guard let speed = conditions.bytesPerSecond, speed > 0 else { return 0 }
        return Int64(nearest: Double(count) / Double(speed) * 1e9)
    }

    /// A short time, at least a microsecond.
    private func moment() -> Int64 { 1_000 + random.upTo(99_000) }
}
