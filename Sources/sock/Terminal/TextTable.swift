/// Rows of text in columns, as wide as their widest cell.
struct TextTable {
    private var rows: [[String]]

    init(_ titles: [String]) { rows = [titles] }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// All lines; the last column is not filled up. The titles are bold.
    func text(_ style: Style) -> String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { Self.line($0, widths) }
        return style.bold(lines[0]) + "\n" + lines.dropFirst().map { $0 + "\n" }.joined()
    }

    /// One row in columns of given widths.
    static func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (cell, width) in zip(cells.dropLast(), widths) { line += cell.padded(to: width) + "  " }
        line += cells.last ?? ""
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}

extension String {
    /// The text with blanks before it, up to a width, as numbers stand below each other.
    func padded(before width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }

    /// The text with blanks behind it, up to a width.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension Double {
    /// The value with a fixed number of decimals, rounded. Without a maths library.
    func text(decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = magnitude * scale < 1e18 ? Int64(magnitude * scale + 0.5) : 0
        let digits = "\(scaled)"
        let filled = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = self < 0 && scaled > 0 ? "-" : ""
        return sign + filled.dropLast(decimals) + (decimals == 0 ? "" : ".") + filled.suffix(decimals)
    }
}
