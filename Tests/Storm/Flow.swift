import Glibc
import Synchronization

/// One direction of a connection: how far its endless row of bytes was reported sent, and received.
///
/// One task at a time sends, and one receives.
final class Flow: Sendable {
    private let name: String
    private let start: Int
    private let sentCount = Atomic<Int>(0)
    private let receivedCount = Atomic<Int>(0)
    /// What was sent and received last, for whoever has to find out what went wrong.
    private let history = Locked<[String]>([])

    init(_ name: String, _ number: UInt64) {
        self.name = name
        var random = SplitMix(options.seed, number)
        start = random.below(Self.period)
    }

    /// A prime number, so that nothing that is moved by a round number looks the same.
    private static let period = 65_521
    /// The most bytes that are sent or received in one go.
    static let most = 300_000
    private static let row: [UInt8] = {
        var random = SplitMix(options.seed, 0)
        let base = (0..<period).map { _ in UInt8.random(in: 0...255, using: &random) }
        return (0..<(period + most)).map { base[$0 % period] }
    }()

    private func place(_ position: Int) -> Int { (start + position) % Self.period }

    /// Bytes that were reported sent.
    var sent: Int { sentCount.load(ordering: .relaxed) }
    /// Bytes that were received.
    var received: Int { receivedCount.load(ordering: .relaxed) }

    /// Where the next bytes to send stand in `bytes`.
    func next(_ count: Int) -> Range<Int> {
        let start = place(sent)
        return start..<start + count
    }

    /// The row that ranges of `next` are of.
    static var bytes: [UInt8] { row }

    /// Notes how many bytes an operation reports as sent.
    func didSend(_ count: Int, of offered: Int) {
        guard count >= 0, count <= offered else {
            finding("\(name): \(count) of \(offered) bytes are reported as sent")
        }
        sentCount.add(count, ordering: .relaxed)
    }

    /// Notes what happened at a place of the row.
    func remember(_ text: String) {
        history.withLock { lines in
            if lines.count == 24 { lines.removeFirst() }
            lines.append(text)
        }
    }

    /// Looks whether these are the next bytes.
    func check(_ bytes: Span<UInt8>) {
        guard bytes.count > 0 else { return }
        guard bytes.count <= Self.most else { finding("\(name): \(bytes.count) bytes at once") }
        let start = place(received)
        let isNext = unsafe Self.row.withUnsafeBufferPointer { row in unsafe Self.isEqual(bytes, row, start) }
        if !isNext { differ(bytes, start) }
    }

    private static func isEqual(_ bytes: Span<UInt8>, _ row: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
        guard let expected = unsafe row.baseAddress?.advanced(by: start) else { return false }
        return unsafe bytes.withUnsafeBufferPointer { (bytes: UnsafeBufferPointer<UInt8>) -> Bool in
            guard let base = bytes.baseAddress else { return false }
            // The row has `most` bytes more than the start can be.
            return unsafe memcmp(base, expected, bytes.count) == 0
        }
    }

    private func differ(_ bytes: Span<UInt8>, _ start: Int) -> Never {
        var place = 0
        while place < bytes.count, bytes[place] == Self.row[start + place] { place += 1 }
        let known = (place..<min(place + 16, bytes.count)).map { bytes[$0] }
        let elsewhere = (0..<Self.period).first { Self.row[$0..<($0 + known.count)].elementsEqual(known) }
        let distance = elsewhere.map { "; they belong \($0 - start - place) bytes later, modulo \(Self.period)" } ?? ""
        let lines = history.withLock { $0.joined(separator: "\n") }
        finding(
            "\(name): \(bytes.count) bytes at \(received) differ from the \(place + 1). on\(distance)\n\(lines)")
    }

    /// Notes bytes that were received, after a look at them.
    func didReceive(_ bytes: Span<UInt8>) {
        check(bytes)
        if bytes.count > 0 { remember("\(received): \(bytes.count) received") }
        receivedCount.add(bytes.count, ordering: .relaxed)
    }

    /// Both ends are done. All that was sent has arrived, unless somebody closed before.
    func finish(isComplete: Bool) {
        if received > sent { finding("\(name): \(received) bytes came, and \(sent) were reported as sent") }
        if isComplete, received < sent { finding("\(name): \(received) bytes of \(sent) came") }
    }
}
