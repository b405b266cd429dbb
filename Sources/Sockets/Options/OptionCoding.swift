internal import CSocketShim

/// How the value of an option becomes bytes and back. One per kind of value, used by all options of the kind.
public struct OptionCoding<Value>: Sendable {
    /// Bytes that the value takes at most.
    let capacity: Int
    let encode: @Sendable (Value) throws(SocketError) -> OptionBytes
    let decode: @Sendable (OptionBytes) -> Value?

    /// A coding of your own; `decode` answers nil when the kernel gave too few bytes. `capacity` is at most 256.
    public init(
        capacity: Int, encode: @escaping @Sendable (Value) throws(SocketError) -> OptionBytes,
        decode: @escaping @Sendable (OptionBytes) -> Value?
    ) {
        self.capacity = capacity
        self.encode = encode
        self.decode = decode
    }
}

extension OptionCoding {
    /// A value stored as a C int, which `encode` may refuse.
    fileprivate static func int(
        encode: @escaping @Sendable (Value) throws(SocketError) -> Int32, decode: @escaping @Sendable (Int32) -> Value?
    ) -> OptionCoding {
        OptionCoding(capacity: 4) { (value) throws(SocketError) in
            OptionBytes(try encode(value))
        } decode: { bytes in
            bytes.int.flatMap(decode)
        }
    }

    /// A value that is only read; older kernels may answer with fewer bytes.
    static func readOnly(
        capacity: Int, decode: @escaping @Sendable (OptionBytes) -> Value?
    ) -> OptionCoding {
        OptionCoding(capacity: capacity) { (_) throws(SocketError) in
            throw .invalid(.setsockopt, "this option can only be read")
        } decode: {
            decode($0)
        }
    }

    /// A C int that is only read, as a value made of it.
    static func wrapped(_ make: @escaping @Sendable (Int32) -> Value) -> OptionCoding {
        readOnly(capacity: 4) { $0.int.map(make) }
    }
}

extension OptionCoding<OptionBytes> {
    /// The bytes as they are.
    public static let bytes = OptionCoding(capacity: OptionBytes.capacity) { (value) throws(SocketError) in
        value
    } decode: {
        $0
    }
}

extension OptionCoding<Bool> {
    /// On or off, a C int that is 1 or 0.
    public static let flag = int(encode: { $0 ? 1 : 0 }, decode: { $0 != 0 })
}

extension OptionCoding<Int> {
    /// A C int of any value.
    public static let int = integer(in: Int(Int32.min)...Int(Int32.max))

    /// A C int that the option takes from a range only; others are refused before the call.
    public static func integer(in range: ClosedRange<Int>) -> OptionCoding {
        int { (value) throws(SocketError) in
            guard range.contains(value), let number = Int32(exactly: value) else {
                throw .invalid(.setsockopt, "\(value) is not within \(range.lowerBound) and \(range.upperBound)")
            }
            return number
        } decode: {
            Int($0)
        }
    }
}

extension OptionCoding<UInt32> {
    /// 32 bits without a sign, such as a mark.
    public static let bits = int(encode: { Int32(bitPattern: $0) }, decode: { UInt32(bitPattern: $0) })
}

extension OptionCoding<UInt64> {
    /// 64 bits without a sign, which are only read.
    static let wideBits = readOnly(capacity: 8) { $0.load(as: UInt64.self) }
}

extension OptionCoding<Duration> {
    /// A time in whole seconds, within a range of them.
    public static func seconds(in range: ClosedRange<Int>) -> OptionCoding { units(of: .seconds(1), in: range) }

    /// A time in whole milliseconds, within a range of them.
    public static func milliseconds(in range: ClosedRange<Int>) -> OptionCoding {
        units(of: .milliseconds(1), in: range)
    }

    private static func units(of unit: Duration, in range: ClosedRange<Int>) -> OptionCoding {
        int { (value) throws(SocketError) in
            let count = value.clampedNanoseconds / unit.clampedNanoseconds
            guard let whole = Int(exactly: count), range.contains(whole), unit * whole == value else {
                throw .invalid(
                    .setsockopt,
                    "\(value) is no whole number of \(unit) from \(range.lowerBound) to \(range.upperBound)")
            }
            return Int32(truncatingIfNeeded: count)
        } decode: {
            unit * Int($0)
        }
    }
}

extension OptionCoding<Duration?> {
    /// A time as seconds and microseconds; nil, which the kernel writes as zero, means for ever.
    static let timeout = OptionCoding(capacity: csock_timeval_size()) { (value) throws(SocketError) in
        let microseconds = value.map { $0.clampedNanoseconds / 1000 }
        guard microseconds ?? 1 > 0 else {
            throw .invalid(.setsockopt, "\(value ?? .zero) is no time-out: it takes at least a microsecond, or nil")
        }
        var bytes = OptionBytes(count: csock_timeval_size())
        var span = bytes.words.mutableSpan
        // The words are longer than a struct timeval.
        unsafe span.withUnsafeMutableBytes {
            _ = unsafe csock_timeval_put($0.baseAddress.unsafelyUnwrapped, microseconds ?? 0)
        }
        return bytes
    } decode: { bytes in
        guard bytes.count >= csock_timeval_size() else { return nil }
        let microseconds = unsafe bytes.words.span.withUnsafeBytes {
            unsafe csock_timeval_get($0.baseAddress.unsafelyUnwrapped)
        }
        return .some(microseconds == 0 ? nil : .microseconds(microseconds))
    }
}

extension OptionCoding<String> {
    /// Text of fewer than `limit` bytes, which ends at its first NUL.
    public static func text(limit: Int) -> OptionCoding {
        OptionCoding(capacity: limit) { (value) throws(SocketError) in
            guard value.utf8.count < limit, !value.utf8.contains(0) else {
                throw .invalid(.setsockopt, "the text has a NUL or more than \(limit - 1) bytes")
            }
            return try OptionBytes(value.utf8.span)
        } decode: { bytes in
            String(decoding: bytes.array.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
