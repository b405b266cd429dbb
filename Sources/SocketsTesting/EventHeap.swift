/// What is going to happen, the earliest first; of the same time, what was planned first.
struct EventHeap {
    struct Event {
        let time: Int64
        let order: UInt64
        let action: World.Action

        func isBefore(_ other: Event) -> Bool { (time, order) < (other.time, other.order) }
    }

    private var events: [Event] = []
    private var order: UInt64 = 0

    /// When the first is; nil for nothing to come.
    var earliest: Int64? { events.first?.time }

    mutating func plan(_ action: World.Action, at time: Int64) {
        order += 1
        events.append(Event(time: time, order: order, action: action))
        var place = events.count - 1
        while place > 0, events[place].isBefore(events[(place - 1) / 2]) {
            events.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// Takes the first out, if its time has come.
    mutating func next(until time: Int64) -> Event? {
        guard let first = events.first, first.time <= time else { return nil }
        events.swapAt(0, events.count - 1)
        events.removeLast()
        sink()
        return first
    }

    private mutating func sink() {
        var place = 0
        while 2 * place + 1 < events.count {
            var child = 2 * place + 1
            if child + 1 < events.count, events[child + 1].isBefore(events[child]) { child += 1 }
            guard events[child].isBefore(events[place]) else { return }
            events.swapAt(place, child)
            place = child
        }
    }
}
