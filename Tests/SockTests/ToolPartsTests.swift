import TestSupport
import Testing

@testable import sock

@Suite struct ToolPartsTests {
    @Test(arguments: [
        ("listen", "listen", 0), ("listn", "listen", 1), ("lisetn", "listen", 1), ("", "abc", 3), ("abc", "", 3),
        ("kitten", "sitting", 3),
    ])
    func `the distance of two words counts changes`(_ one: String, _ other: String, _ distance: Int) {
        #expect(Spelling.distance(one, other) == distance)
        #expect(Spelling.distance(other, one) == distance)
    }

    @Test func `nothing is suggested for what is far away`() {
        #expect(Spelling.nearest(to: "xyzzy", in: ["listen", "connect"]) == nil)
        #expect(Spelling.nearest(to: "x", in: []) == nil)
    }

    @Test func `text of any characters is valid JSON`() {
        #expect(JSON.text("\"\\\n\r\t\u{1}\u{7F}é😀").description == "\"\\\"\\\\\\n\\r\\t\\u0001\\u007fé😀\"")
        #expect(JSON.decimal(.nan).description == "null")
        #expect(
            JSON.object([("a", .list([.null, .bool(true), .number(-1)]))]).description == "{\"a\": [null, true, -1]}")
    }

    @Test(arguments: [
        (0.0, 0, "0"), (1.005, 1, "1.0"), (0.06, 1, "0.1"), (-2.5, 2, "-2.50"), (1234.5678, 3, "1234.568"),
    ])
    func `numbers have as many decimals as asked for`(_ value: Double, _ decimals: Int, _ text: String) {
        #expect(value.text(decimals: decimals) == text)
    }

    @Test func `bytes are printed so that a terminal does nothing`() {
        #expect(PrintableText.escaped([0x1B, 0x41, 0x0A]) == "\\x1bA\\x0a")
        #expect(PrintableText.escaped([0xFF, 0x41]) == "\\xffA")
        #expect(PrintableText.escaped([0xC2, 0x9B]) == "\\xc2\\x9b")
    }

    @Test func `lines are put together from pieces`() {
        var lines = LineSplitter()
        #expect(lines.add([0x61]).isEmpty)
        #expect(lines.add([0x62, 0x0A, 0x0A, 0x63]) == [[0x61, 0x62], []])
        #expect(lines.rest == [0x63])
    }
}
