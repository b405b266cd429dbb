import Testing

/// A text, and how the address it stands for is printed, or nil if it stands for none.
struct IPv6Row: Sendable, CustomTestStringConvertible {
    let text: String
    let printed: String?

    init(_ text: String, _ printed: String?) {
        (self.text, self.printed) = (text, printed)
    }

    var testDescription: String { text.debugDescription }

    static let all: [IPv6Row] = [
        IPv6Row("::1", "::1"),
        IPv6Row("1::", "1::"),
        IPv6Row("0::0", "::"),
        IPv6Row("::192.168.1.1", "::192.168.1.1"),
        IPv6Row("0:0:0:0:0:0:192.168.1.1", "::192.168.1.1"),
        IPv6Row("::FFFF:192.0.2.33", "::ffff:192.0.2.33"),
        IPv6Row("0:0:0:0:0:ffff:c0a8:5e4", "::ffff:192.168.5.228"),
        IPv6Row("0::ffff:c0a8:5e4", "::ffff:192.168.5.228"),
        IPv6Row("1:2:3:4:5:6::", "1:2:3:4:5:6::"),
        IPv6Row("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        IPv6Row("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        IPv6Row("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        IPv6Row("ad42:abc::127:0:254:2", "ad42:abc::127:0:254:2"),
        IPv6Row("FF01:0:0:0:0:0:0:FB", "ff01::fb"),
        IPv6Row("0:0:0:0:000000:ffff:127.1.2.3", nil),
        IPv6Row("::00000", nil),
        IPv6Row("::0000", "::"),
        IPv6Row("02001:db8::", nil),
        IPv6Row("abcde::1", nil),
        IPv6Row("::ffff:127.001.002.003", nil),
        IPv6Row("::1.2.3.4:0", nil),
        IPv6Row("::ffff:192.168.140.bad", nil),
        IPv6Row("1:192.168.0.1::", nil),
        IPv6Row("1.2.3.4::", nil),
        IPv6Row("1:2:3:4:5:127.0.0.1", nil),
        IPv6Row("1:2:3:4:5:6:7:127.0.0.1", nil),
        IPv6Row("1:2:3:4:5:6:7:1.2.3.4", nil),
        IPv6Row(":", nil),
        IPv6Row(":::", nil),
        IPv6Row("::::", nil),
        IPv6Row(":1", nil),
        IPv6Row("1:", nil),
        IPv6Row("::1:", nil),
        IPv6Row(":1::", nil),
        IPv6Row("fe80::1::1", nil),
        IPv6Row("3ffe::1::", nil),
        IPv6Row("::3ffe::1", nil),
        IPv6Row("1:2:::6:7:8", nil),
        IPv6Row("2001:db8:::1", nil),
        IPv6Row("1:2:3:4:5:6", nil),
        IPv6Row("1:2:3:4:5:6:", nil),
        IPv6Row("1:2:3:4:5:6:7:", nil),
        IPv6Row(":1:2:3:4:5:6:7", nil),
        IPv6Row(":2:3:4:5:6:7:8", nil),
        IPv6Row("1:2:3:4:5:6:7:8:9", nil),
        IPv6Row("1:2:3:4:5:6:7::9", nil),
        IPv6Row("1:2:3:4::5:6:7:8", nil),
        IPv6Row("1:2:3::4:5:6:7:8", nil),
        IPv6Row("a1:a2:a3:a4::b1:b2:b3:b4", nil),
        IPv6Row("fe80::", "fe80::"),
        IPv6Row("fe80:1?:1", nil),
        IPv6Row("fe80:tail:scal:e::", nil),
        IPv6Row("3ffe::goog", nil),
        IPv6Row("3ffe::+0", nil),
        IPv6Row("192.168.1.1", nil),
        IPv6Row(":ffff:192.168.1.1", nil),
        IPv6Row("c0a8", nil),
        IPv6Row("ffff:c0a8:5e4", nil),
        IPv6Row("fe80::1%1", "fe80::1%1"),
        IPv6Row("fe80::1%911", "fe80::1%911"),
        IPv6Row("fe80::1%4294967296", nil),
        IPv6Row("fe80::1%-1", nil),
        IPv6Row("::1%scope%", nil),
        IPv6Row("::1 ", nil),
        IPv6Row(" ::1", nil),
    ]
}
