/// The number of a TCP, UDP, SCTP or DCCP port, in the order of this machine.
///
/// It is coded as a number.
///
/// C: in_port_t in sockaddr(3type)
public struct Port: RawRepresentable, Hashable, Sendable, Codable {
    /// The number from 0 to 65535.
    public var rawValue: UInt16

    /// The port of this number.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The port of this number.
    public init(_ number: UInt16) {
        self.init(rawValue: number)
    }

    /// Port 0: binding to it lets the system choose one.
    public static let any = Port(0)
}

extension Port: ExpressibleByIntegerLiteral {
    /// The port of this number; a literal beyond 65535 does not compile.
    public init(integerLiteral value: UInt16) {
        self.init(rawValue: value)
    }
}

extension Port: Comparable {
    /// Whether the number on the left is smaller.
    public static func < (left: Port, right: Port) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Port: LosslessStringConvertible {
    /// The number in decimal.
    public var description: String {
        String(rawValue)
    }

    /// Reads one to five ASCII digits of at most 65535, without a sign, or gives nil.
    public init?(_ description: String) {
        do { try self.init(parsing: description) } catch { return nil }
    }

    /// Reads one to five ASCII digits of at most 65535, without a sign.
    ///
    /// - Throws: ``AddressError`` with the reason, the text and the part to blame.
    public init(parsing text: String) throws(AddressError) {
        do throws(ParseFailure) {
            let bytes = text.utf8.span
            guard !bytes.isEmpty else { throw ParseFailure(.empty, bytes.indices) }
            self = try Port.parse(bytes, in: bytes.indices)
        } catch {
            throw AddressError(error, in: text, expected: .port)
        }
    }

    static func parse(_ text: Span<UInt8>, in range: Range<Int>) throws(ParseFailure) -> Port {
        let number = try text.number(in: range, upTo: UInt32(UInt16.max), else: .portOutOfRange)
        guard range.count <= 5 else { throw ParseFailure(.portOutOfRange, range) }
        return Port(UInt16(truncatingIfNeeded: number))
    }
}
