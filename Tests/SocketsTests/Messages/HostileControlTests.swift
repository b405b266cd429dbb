import Testing

@testable import Sockets

/// Control data of any bytes: the walk stays within them and never traps.
@Suite struct HostileControlTests {
    /// Small numbers, so that a failure can be repeated by its seed.
    private struct Generator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }

        mutating func pick(_ values: [UInt64]) -> UInt64 { values[Int(next() % UInt64(values.count))] }
    }

    /// Records with lengths, levels and types that are often nearly right. None of them passes descriptors: the numbers
    /// would be closed.
    private func hostileWords(_ generator: inout Generator) -> [UInt64] {
        let top = UInt64.max
        let lengths: [UInt64] = [0, 1, 15, 16, 17, 20, 24, 28, 36, 1 << 31, 1 << 63, top, top - 7, top - 15]
        let levels: [UInt64] = [0, 41, 6], types: [UInt64] = [2, 8, 50, 52, 1]
        var words: [UInt64] = []
        for _ in 0..<Int(generator.next() % 10) {
            words.append(generator.pick(lengths))
            words.append(generator.pick(levels) | generator.pick(types) << 32)
            for _ in 0..<Int(generator.next() % 4) { words.append(generator.next()) }
        }
        return words
    }

    @Test(arguments: 0..<8) func `any bytes are walked within their bounds`(seed: Int) throws {
        var generator = Generator(state: UInt64(seed))
        for _ in 0..<5000 {
            let words = hostileWords(&generator)
            let length = Int(generator.next() % UInt64(words.count * 8 + 1))
            var control = IncomingControl(capacity: words.count * 8)
            try unsafe control.receive { (target, room) throws(SocketError) in
                for (index, word) in words.enumerated() where index * 8 < room {
                    unsafe target?.storeBytes(of: word, toByteOffset: index * 8, as: UInt64.self)
                }
                return length
            }
            var total = 0
            control.forEach { (record) in total += record.data.count }
            #expect(total <= length)
            _ = control.first(PacketInformation.self)
            _ = control.first(HopLimit.self)
            _ = control.first(Credentials.self)
            #expect(control.descriptorCount == 0)
        }
    }
}
