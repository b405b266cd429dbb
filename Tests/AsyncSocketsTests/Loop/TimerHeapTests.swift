import SocketsTesting
import TestSupport
import Testing

@testable import AsyncSockets

@Suite(.ownThread) struct TimerHeapTests {
    /// Slots that nobody else uses, for a heap of their own.
    private static func withSlots(
        _ count: Int, _ body: @escaping @Sendable ([SlotReference]) throws -> Void
    ) async throws {
        let network = SimulatedNetwork(seed: 1)
        let loop = try network.loop()
        let slots = (0..<count).compactMap { _ in loop.slots.take(loop) }
        #expect(slots.count == count)
        defer { for slot in slots { loop.slots.give(slot) } }
        try body(slots)
        await network.shutdown()
    }

    /// The times that the heap gives up, in order.
    private static func drain(_ heap: inout TimerHeap) -> [Int64] {
        var times: [Int64] = []
        while let first = heap.first {
            times.append(heap.earliest)
            heap.remove(first)
        }
        return times
    }

    @Test func `a hundred thousand come out in order`() async throws {
        try await Self.withSlots(Sanitizer.times(100_000)) { slots in
            var heap = TimerHeap()
            let times = slots.map { _ in Int64.random(in: .min ... .max - 1) }
            for (slot, time) in zip(slots, times) { heap.schedule(slot, at: time) }
            #expect(Self.drain(&heap) == times.sorted())
            #expect(heap.earliest == .max)
        }
    }

    @Test func `an earlier time counts, a later one does not`() async throws {
        try await Self.withSlots(3) { slots in
            var heap = TimerHeap()
            for (slot, time) in zip(slots, [30, 10, 20] as [Int64]) { heap.schedule(slot, at: time) }
            heap.schedule(slots[0], at: 40)
            #expect(heap.earliest == 10)
            heap.schedule(slots[0], at: 5)
            #expect(heap.first == slots[0])
            #expect(Self.drain(&heap) == [5, 10, 20])
        }
    }

    @Test func `what is put off moves back`() async throws {
        try await Self.withSlots(100) { slots in
            var heap = TimerHeap()
            for (time, slot) in slots.enumerated() { heap.schedule(slot, at: Int64(time)) }
            for (time, slot) in slots.enumerated() where time % 2 == 0 { heap.postpone(slot, to: Int64(1000 + time)) }
            let odd = (0..<100).filter { $0 % 2 == 1 }.map(Int64.init)
            #expect(Self.drain(&heap) == odd + (0..<100).filter { $0 % 2 == 0 }.map { Int64(1000 + $0) })
        }
    }

    @Test func `any can be taken out at any time`() async throws {
        try await Self.withSlots(1000) { slots in
            var heap = TimerHeap(), left: [Int64] = []
            let times = slots.map { _ in Int64.random(in: 0..<500) }
            for (slot, time) in zip(slots, times) { heap.schedule(slot, at: time) }
            for (slot, time) in zip(slots, times).shuffled() {
                if Bool.random() { heap.remove(slot) } else { left.append(time) }
            }
            #expect(Self.drain(&heap) == left.sorted())
            // Once more is no harm.
            for slot in slots { heap.remove(slot) }
            #expect(slots.allSatisfy { $0.slot.heapIndex == -1 })
        }
    }

    @Test func `the same time holds for many`() async throws {
        try await Self.withSlots(500) { slots in
            var heap = TimerHeap()
            for slot in slots { heap.schedule(slot, at: 7) }
            #expect(Self.drain(&heap) == Array(repeating: 7, count: 500))
        }
    }
}
