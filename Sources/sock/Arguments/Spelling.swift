/// Finds what somebody meant to type.
enum Spelling {
    /// The word with the fewest changes from `text`, if these are few for its length.
    static func nearest(to text: String, in words: [String]) -> String? {
        let ranked = words.map { (word: $0, distance: distance(text, $0)) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        let letters = text.utf8.count { $0 != UInt8(ascii: "-") }
        return best.distance <= max(1, letters / 2) && best.distance < 5 ? best.word : nil
    }

    /// How many letters have to be put in, taken out, changed or swapped with their neighbour.
    static func distance(_ one: String, _ other: String) -> Int {
        let one = Array(one.utf8.prefix(64)), other = Array(other.utf8.prefix(64))
        var rows = [Array(0...other.count)]
        for row in 0..<one.count { rows.append(next(row, one, other, rows)) }
        return rows[one.count][other.count]
    }

    private static func next(_ row: Int, _ one: [UInt8], _ other: [UInt8], _ rows: [[Int]]) -> [Int] {
        var line = [row + 1]
        for column in 0..<other.count {
            let change = rows[row][column] + (one[row] == other[column] ? 0 : 1)
            var best = min(change, rows[row][column + 1] + 1, line[column] + 1)
            if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                best = min(best, rows[row - 1][column - 1] + 1)
            }
            line.append(best)
        }
        return line
    }
}
