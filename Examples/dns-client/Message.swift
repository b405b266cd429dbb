import Sockets

/// A question as bytes. RFC 1035
struct Query {
    let bytes: [UInt8]
    let type: UInt16

    static let types: [String: UInt16] = ["A": 1, "AAAA": 28, "TXT": 16]

    /// A question for a name and a type, or nothing when one of them is none.
    init?(_ name: String, _ type: String) {
        guard let type = Self.types[type] else { return nil }
        // A random number, one question, and the wish that the server asks others itself.
        var bytes = [UInt8.random(in: 0...255), .random(in: 0...255), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for part in name.split(separator: ".", omittingEmptySubsequences: false) {
            guard 1...63 ~= part.utf8.count else { return nil }
            bytes += [UInt8(part.utf8.count)] + part.utf8
        }
        bytes += [0, UInt8(type >> 8), UInt8(type & 255), 0, 1]
        guard bytes.count <= 12 + 255 + 4 else { return nil }
        self.bytes = bytes
        self.type = type
    }
}

/// An answer. Whoever sent it may mean harm: each step stays within the bytes, and goes forward.
struct Answer {
    let isTruncated: Bool
    let status: UInt8
    private(set) var records: [String] = []

    /// Reads an answer, or nothing when it is none, or one to another question.
    init?(_ message: ArraySlice<UInt8>, to query: Query) {
        let bytes = Array(message), question = query.bytes[12...]
        guard bytes.count >= query.bytes.count, bytes[..<2] == query.bytes[..<2], bytes[2] & 0x80 != 0 else {
            return nil
        }
        guard bytes[4..<6] == [0, 1], bytes[12..<query.bytes.count] == question else { return nil }
        isTruncated = bytes[2] & 2 != 0
        status = bytes[3] & 15
        var place = query.bytes.count
        for _ in 0..<(Int(bytes[6]) << 8 | Int(bytes[7])) {
            guard let next = add(bytes, at: place, query.type) else { return nil }
            place = next
        }
    }

    /// Takes the record at a place, and answers where the next one is; nothing when it goes beyond the end.
    private mutating func add(_ bytes: [UInt8], at start: Int, _ wanted: UInt16) -> Int? {
        guard let place = Self.skipName(bytes, at: start), place + 10 <= bytes.count else { return nil }
        let type = UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
        let end = place + 10 + (Int(bytes[place + 8]) << 8 | Int(bytes[place + 9]))
        guard end <= bytes.count else { return nil }
        // Other types can stand between, such as the name that a name is another word for.
        if type == wanted, let text = Self.text(bytes[(place + 10)..<end], type) { records.append(text) }
        return end
    }

    /// Where a name ends: at an empty part, or at a reference to another place, which need not be followed.
    private static func skipName(_ bytes: [UInt8], at start: Int) -> Int? {
        var place = start
        while place < bytes.count {
            if bytes[place] == 0 { return place + 1 }
            if bytes[place] >= 0xC0 { return place + 2 }
            place += 1 + Int(bytes[place])
        }
        return nil
    }

    private static func text(_ data: ArraySlice<UInt8>, _ type: UInt16) -> String? {
        switch (type, data.count) {
        case (1, 4): return data.map { "\($0)" }.joined(separator: ".")
        case (28, 16): return IPv6Address(bytes: Array(data).span).map { "\($0)" }
        case (16, 1...): return "\"" + strings(data).joined() + "\""
        default: return nil
        }
    }

    /// Texts, each after its length; what is no text, or would stir a terminal, is spelled out.
    private static func strings(_ data: ArraySlice<UInt8>) -> [String] {
        var rest = data, texts: [String] = []
        while let count = rest.popFirst() {
            let text = String(decoding: rest.prefix(Int(count)), as: UTF8.self)
            let spelled = text.unicodeScalars.map {
                $0.properties.generalCategory == .control ? "\\\($0.value)" : String($0)
            }
            texts.append(spelled.joined())
            rest = rest.dropFirst(Int(count))
        }
        return texts
    }
}
