import Testing

/// A text, and what two readers make of it: the strict one, and the classic one of inet_aton.
struct IPv4Row: Sendable, CustomTestStringConvertible {
    let text: String
    let strict: String?
    let classic: String?

    init(_ text: String, _ strict: String?, _ classic: String?) {
        (self.text, self.strict, self.classic) = (text, strict, classic)
    }

    var testDescription: String { text.debugDescription }

    static let all: [IPv4Row] = [
        IPv4Row("0.0.0.0", "0.0.0.0", "0.0.0.0"),
        IPv4Row("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        IPv4Row("255.255.255.255", "255.255.255.255", "255.255.255.255"),
        IPv4Row("192.168.140.255", "192.168.140.255", "192.168.140.255"),
        IPv4Row("1.2.03.4", nil, "1.2.3.4"),
        IPv4Row("010.000.015.001", nil, "8.0.13.1"),
        IPv4Row("123.000.000.000", nil, "123.0.0.0"),
        IPv4Row("0127.0.0.1", nil, "87.0.0.1"),
        IPv4Row("0x10.0.0.1", nil, "16.0.0.1"),
        IPv4Row("0300.0250.0214.0377", nil, "192.168.140.255"),
        IPv4Row("1.2.0XAB.4", nil, "1.2.171.4"),
        IPv4Row("1.2.0xabcd", nil, "1.2.171.205"),
        IPv4Row("1.0xabcdef", nil, "1.171.205.239"),
        IPv4Row("00377.0x0ff.65534", nil, "255.255.255.254"),
        IPv4Row("127.0.1", nil, "127.0.0.1"),
        IPv4Row("127.1", nil, "127.0.0.1"),
        IPv4Row("1234", nil, "0.0.4.210"),
        IPv4Row("1", nil, "0.0.0.1"),
        IPv4Row("0", nil, "0.0.0.0"),
        IPv4Row("1..2.3", nil, nil),
        IPv4Row("1.2.3.4.", nil, nil),
        IPv4Row("1.2.3.a", nil, nil),
        IPv4Row("1.256.2.3", nil, nil),
        IPv4Row("256.0.0.1", nil, nil),
        IPv4Row("1.2.4294967296.3", nil, nil),
        IPv4Row("1.2. 3.4", nil, nil),
        IPv4Row(" 1.2.3.4", nil, nil),
        IPv4Row("1.2.3.4\n", nil, "1.2.3.4"),
        IPv4Row("1.2.3.4/24", nil, nil),
        IPv4Row("1.2.3.4::", nil, nil),
        IPv4Row("42.42.42.+0", nil, nil),
        IPv4Row("1.2.3.4e0", nil, nil),
        IPv4Row("255.255.255*000", nil, nil),
        IPv4Row("2555.0.0.0", nil, nil),
        IPv4Row("255", nil, "0.0.0.255"),
        IPv4Row(".", nil, nil),
        IPv4Row("", nil, nil),
        IPv4Row("0000.0.0.0", nil, "0.0.0.0"),
        IPv4Row("08.0.0.1", nil, nil),
        IPv4Row("１.2.3.4", nil, nil),
        IPv4Row("1.2.3.4\0junk", nil, nil),
    ]
}
