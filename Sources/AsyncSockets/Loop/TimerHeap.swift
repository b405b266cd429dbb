/// The earliest times that slots have to be looked at, as a heap of four children a node.
///
/// A slot stands in it once at most, and knows its place, so that it can be moved or taken out.
struct TimerHeap: ~Copyable {
    private struct Entry {
        var time: Int64
        let slot: SlotReference
    }

    private var entries: [Entry] = []

    /// When the first slot has to be looked at.
    var earliest: Int64 { entries.first?.time ?? .max }

    /// The first slot.
    var first: SlotReference? { entries.first?.slot }

    /// Looks at the slot at this time, if it would be looked at later or not at all.
    mutating func schedule(_ slot: SlotReference, at time: Int64) {
        let place = Int(slot.slot.heapIndex)
        if place < 0 {
            entries.append(Entry(time: time, slot: slot))
            rise(from: entries.count - 1)
        } else if time < entries[place].time {
            entries[place].time = time
            rise(from: place)
        }
    }

    /// Looks at the slot later than was said.
    mutating func postpone(_ slot: SlotReference, to time: Int64) {
        let place = Int(slot.slot.heapIndex)
        entries[place].time = time
        sink(from: place)
    }

    /// Takes the slot out, if it is in.
    mutating func remove(_ slot: SlotReference) {
        let place = Int(slot.slot.heapIndex)
        guard place >= 0 else { return }
        slot.slot.heapIndex = -1
        let last = entries.removeLast()
        guard place < entries.count else { return }
        let time = entries[place].time
        put(last, at: place)
        if last.time < time { rise(from: place) } else { sink(from: place) }
    }

    private mutating func put(_ entry: Entry, at place: Int) {
        entries[place] = entry
        entry.slot.slot.heapIndex = Int32(truncatingIfNeeded: place)
    }

    private mutating func rise(from start: Int) {
        let entry = entries[start]
        var place = start
        while place > 0, case let parent = (place - 1) / 4, entry.time < entries[parent].time {
            put(entries[parent], at: place)
            place = parent
        }
        put(entry, at: place)
    }

    private mutating func sink(from start: Int) {
        let entry = entries[start]
        var place = start
        while let child = earliestChild(of: place), entries[child].time < entry.time {
            put(entries[child], at: place)
            place = child
        }
        put(entry, at: place)
    }

    private func earliestChild(of place: Int) -> Int? {
        let children = (4 * place + 1)..<min(4 * place + 5, max(entries.count, 4 * place + 1))
        return children.min { entries[$0].time < entries[$1].time }
    }
}
