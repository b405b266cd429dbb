/// The round trips of a ping.
struct PingStatistics {
    private(set) var sent = 0
    private(set) var received = 0
    private var smallest = Double.infinity
    private var largest = 0.0
    private var sum = 0.0
    private var squares = 0.0

    mutating func send() { sent += 1 }

    mutating func receive(after time: Duration) {
        let milliseconds = time.milliseconds
        received += 1
        smallest = min(smallest, milliseconds)
        largest = max(largest, milliseconds)
        sum += milliseconds
        squares += milliseconds * milliseconds
    }

    /// Requests without an answer, in percent.
    var loss: Double { sent == 0 ? 0 : Double(sent - received) * 100 / Double(sent) }

    /// How long round trips took, or nil when there was none.
    var times: (smallest: Double, mean: Double, largest: Double, deviation: Double)? {
        guard received > 0 else { return nil }
        let mean = sum / Double(received)
        let variance = max(0, squares / Double(received) - mean * mean)
        return (smallest, mean, largest, variance.squareRoot())
    }
}

extension PingStatistics: CustomStringConvertible {
    /// Two lines: counts, and times where there are some.
    var description: String {
        let counts = "\(sent) sent, \(received) received, \(loss.text(decimals: 0))% lost"
        guard let times else { return counts }
        let numbers = [times.smallest, times.mean, times.largest, times.deviation].map { $0.text(decimals: 3) }
        return counts
            + "\nround trip: min \(numbers[0]), mean \(numbers[1]), max \(numbers[2]), deviation \(numbers[3]) ms"
    }
}
