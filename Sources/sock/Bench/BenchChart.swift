internal import CSocketShim
import Sockets

/// The drawing of a load: its rate over time, and which part of the messages took how long.
struct BenchChart {
    private let result: BenchResult
    private let samples: [BenchSample]

    init(_ result: BenchResult, _ samples: [BenchSample]) {
        self.result = result
        self.samples = samples
    }

    /// The drawing as SVG.
    var text: String {
        let panels = result.times.count > 0 ? [rates, latencies] : [rates]
        let (width, height) = (SVGPanel.width.text(decimals: 0), SVGPanel.height * Double(panels.count))
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height.text(decimals: 0))">
            <style>
            text { font: 12px system-ui, sans-serif; fill: #444 }
            .title { font-weight: 600; fill: #111 }
            .rule { stroke: #ddd }
            .axis { stroke: #444; fill: none }
            .line { stroke: #0b63c5; stroke-width: 2; fill: none; stroke-linejoin: round }
            </style>
            <rect width="100%" height="100%" fill="#fff"/>

            """
        for (index, panel) in panels.enumerated() { text += panel.elements(at: Double(index) * SVGPanel.height) }
        return text + "</svg>\n"
    }

    private var rates: SVGPanel {
        let countsBytes = result.plan.mode == .throughput, unit = countsBytes ? 1e6 : 1
        let up = Axis(to: samples.map(\.rate).max() ?? 0), along = Axis(to: samples.last?.seconds ?? 0)
        let name = countsBytes ? "MB" : result.plan.mode == .connect ? "connections" : "messages"
        var panel = SVGPanel(title: result.title, horizontal: "seconds", vertical: "\(name) per second")
        panel.rows = up.ticks(per: unit)
        panel.columns = along.ticks()
        panel.points = samples.map { (along.place($0.seconds), up.place($0.rate)) }
        return panel
    }
}

// MARK: - Latencies

extension BenchChart {
    /// Both axes are logarithmic: the rare ones, which take long, are what one looks for.
    private var latencies: SVGPanel {
        var panel = SVGPanel(
            title: "latency", horizontal: "percentile: the part of all that took no longer", vertical: "microseconds")
        // Each step halves the part of the messages that took longer, down to one message.
        let steps = max(2, Double(result.times.count).logarithm)
        let decades = decades
        panel.columns = Self.columns.filter { $0.0 <= steps }.map { .init(place: $0.0 / steps, label: $0.1) }
        panel.rows = decades.map { .init(place: place(Double($0), in: decades), label: "\($0 / 1000)") }
        var (rest, step) = (1.0, 0.0)
        while step <= steps {
            let time = max(1, result.times.percentile(1 - rest))
            panel.points.append((step / steps, place(Double(time), in: decades)))
            rest *= Self.quarter
            step += 0.25
        }
        return panel
    }

    /// A quarter of a halving.
    private static let quarter = 0.840_896_415_253_714_6

    /// The logarithms to the base 2 of 1, 2, 10, 100 and so on.
    private static let columns = [
        (0, "0"), (1, "50"), (3.3219, "90"), (6.6439, "99"), (9.9658, "99.9"), (13.2877, "99.99"), (16.6096, "99.999"),
    ]

    /// Powers of ten in nanoseconds, from 1 us, with all times between the first and the last.
    private var decades: [Int64] {
        let (least, most) = (result.times.percentile(0), result.times.maximum)
        var first: Int64 = 1000
        while first * 10 <= least { first *= 10 }
        var all = [first, first * 10]
        while let last = all.last, last < most { all.append(last * 10) }
        return all
    }

    private func place(_ value: Double, in decades: [Int64]) -> Double {
        let (low, high) = (Double(decades[0]).logarithm, Double(decades[decades.count - 1]).logarithm)
        return min(1, max(0, (value.logarithm - low) / (high - low)))
    }
}

/// The file of a drawing, made before the measurement, which would be in vain if it could not be.
struct ChartFile: ~Copyable {
    private let file: OwnedDescriptor

    /// Makes it, over what was there.
    init(_ path: String) throws(SocketError) {
        let name = Array(path.utf8CString)
        // The text ends with a zero, and the call copies it.
        let result = unsafe name.withUnsafeBufferPointer { unsafe csock_file_create($0.baseAddress.unsafelyUnwrapped) }
        guard result >= 0 else {
            throw SocketError(.write, SocketError.Code(rawValue: -result), detail: "\(path) cannot be made")
        }
        file = try OwnedDescriptor(adopting: result)
    }

    /// Writes a text, and closes.
    consuming func write(_ text: String) throws(SocketError) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let rest = bytes.span.extracting(written...)
            // The call reads the bytes, and keeps nothing.
            let result = unsafe rest.withUnsafeBufferPointer {
                unsafe csock_write(file.number, $0.baseAddress.unsafelyUnwrapped, $0.count)
            }
            if result != -Int64(csock_EINTR) { written += try checked(.write, result) }
        }
        try file.close()
    }
}
