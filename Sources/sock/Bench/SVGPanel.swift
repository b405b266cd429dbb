/// A diagram with two axes and one line, as a part of an SVG drawing.
struct SVGPanel {
    /// A place on an axis, from 0 to 1, and what stands there.
    struct Tick {
        let place: Double
        let label: String
    }

    let title: String
    let horizontal: String
    let vertical: String
    var columns: [Tick] = []
    var rows: [Tick] = []
    /// The line, in parts of both axes.
    var points: [(x: Double, y: Double)] = []

    static let width = 720.0, height = 300.0
    private static let left = 80.0, right = 24.0, top = 40.0, bottom = 56.0
    private static let innerWidth = width - left - right, innerHeight = height - top - bottom

    /// The elements, moved down so far.
    func elements(at offset: Double) -> String {
        "<g transform=\"translate(0 \(offset.text(decimals: 0)))\">\n" + axes + line + "</g>\n"
    }

    private var axes: String {
        var text = Self.text(Self.left, Self.top - 14, "start", title, "title")
        for row in rows {
            let y = Self.y(row.place)
            text += Self.rule(Self.left, y, Self.left + Self.innerWidth, y)
            text += Self.text(Self.left - 8, y + 4, "end", row.label)
        }
        for column in columns {
            let x = Self.x(column.place)
            text += Self.rule(x, Self.y(0), x, Self.y(0) + 5)
            text += Self.text(x, Self.y(0) + 20, "middle", column.label)
        }
        text += "<path class=\"axis\" d=\"M\(Self.point(0, 1)) L\(Self.point(0, 0)) L\(Self.point(1, 0))\"/>\n"
        text += Self.text(Self.x(0.5), Self.height - 12, "middle", horizontal)
        return text + Self.text(Self.left + Self.innerWidth, Self.top - 14, "end", vertical)
    }

    private var line: String {
        guard !points.isEmpty else { return "" }
        let places = points.map { Self.point($0.x, $0.y) }.joined(separator: " ")
        return "<polyline class=\"line\" points=\"\(places)\"/>\n"
    }

    private static func x(_ part: Double) -> Double { left + part * innerWidth }
    private static func y(_ part: Double) -> Double { top + (1 - part) * innerHeight }

    private static func point(_ x: Double, _ y: Double) -> String {
        "\(Self.x(x).text(decimals: 1)),\(Self.y(y).text(decimals: 1))"
    }

    private static func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
        let places = zip(["x1", "y1", "x2", "y2"], [x1, y1, x2, y2]).map { "\($0)=\"\($1.text(decimals: 1))\"" }
        return "<line class=\"rule\" \(places.joined(separator: " "))/>\n"
    }

    private static func text(
        _ x: Double, _ y: Double, _ anchor: String, _ text: String, _ kind: String = "label"
    ) -> String {
        "<text class=\"\(kind)\" x=\"\(x.text(decimals: 1))\" y=\"\(y.text(decimals: 1))\" text-anchor=\"\(anchor)\">"
            + "\(escaped(text))</text>\n"
    }

    /// What XML takes for a character of its own, spelled out. Control characters have no place in it at all.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: "?"
            default: String(scalar)
            }
        }.joined()
    }
}
