internal import CSocketShim
internal import Sockets

// What roles do where the engine has sockets of its own.

extension EventLoop {
    /// A socket of the engine's own, as `setUp` leaves it.
    func openVirtual(
        _ sockets: any VirtualSockets, _ family: AddressFamily, isStream: Bool,
        _ setUp: (Int32) throws(SocketError) -> Void
    ) throws(SocketError) -> SlotReference {
        let number = try require(.socket, sockets.open(family, isStream: isStream))
        do throws(SocketError) { try setUp(number) } catch {
            _ = sockets.close(number)
            throw error
        }
        return try open(number, Slot.State.of(family, isStream: isStream))
    }
}

extension Connecting {
    /// Connects a socket of the engine's own; otherwise as a real one.
    static func connect(
        _ sockets: any VirtualSockets, to target: SocketAddress, from source: SocketAddress, _ limit: TimeLimit,
        _ loop: EventLoop
    ) async throws(SocketError) -> SlotReference {
        let reference = try loop.openVirtual(sockets, target.family, isStream: true) { (number) throws(SocketError) in
            if source.namesPort {
                let option = SocketOption<Bool>.reuseAddress
                try require(.setsockopt, sockets.setOption(number, option.key, try option.encode(true)))
            }
            if !source.isNone { try require(.bind, sockets.bind(number, to: source)) }
        }
        do throws(SocketError) {
            var result = sockets.connect(reference.descriptor, to: target)
            while result == -csock_EINPROGRESS {
                _ = try await reference.afterAttempt(reference.pending(.write), .write, limit, .connect)
                result = sockets.connectResult(reference.descriptor)
            }
            try require(.connect, result)
            return reference
        } catch {
            loop.release(reference)
            throw error.with(peer: target)
        }
    }
}

extension LookupWaiter {
    /// Asks the engine's own resolver, which needs no thread and takes its time on the loop's clock.
    static func answer(
        _ sockets: any VirtualSockets, to question: Question, _ limit: TimeLimit, _ loop: EventLoop
    ) async throws(SocketError) -> Answer {
        let (answer, delay) = sockets.answer(question)
        if delay == 0 { return try answer.get() }
        let end = TimeLimit(nanoseconds: delay, isRelative: true).starting { loop.engine.now }
        let limit = limit.starting { loop.engine.now }
        let isLate = limit.nanoseconds < end.nanoseconds
        do throws(SocketError) { try await loop.pause(isLate ? limit : end) } catch {
            throw SocketError(.getaddrinfo, error.code, detail: question.subject)
        }
        if isLate { throw SocketError(.getaddrinfo, .timedOut, detail: question.subject) }
        return try answer.get()
    }
}

extension AsyncStreamSocket<UnixAddress> {
    /// Two streams of the engine's own.
    static func pair(_ sockets: any VirtualSockets, _ loop: EventLoop) throws(SocketError) -> AsyncStreamPair {
        let numbers = sockets.pair(), state = Slot.State.of(.unix, isStream: true)
        do throws(SocketError) {
            let first = Self(AsyncSocket(try loop.open(numbers.0, state)), peerAddress: .unnamed)
            let second = Self(AsyncSocket(try loop.open(numbers.1, state)), peerAddress: .unnamed)
            return AsyncStreamPair(first: first, second: second)
        } catch {
            // The one that a loop did not get as far as.
            _ = sockets.close(numbers.1)
            throw error
        }
    }
}
