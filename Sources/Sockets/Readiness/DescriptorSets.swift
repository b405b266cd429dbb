internal import CSocketShim

/// Three sets of descriptors of one size, one behind the other: to read, to write, and with urgent data.
///
/// C: three fd_set, with FD_SET, FD_CLR and FD_ISSET in select(2)
struct DescriptorSets: ~Copyable {
    private var words: [csock_word_t] = []
    /// Words of one set.
    private var size = 0

    private static let interests: InlineArray<3, Readiness> = [.readable, .writable, .priority]

    /// Makes room for a descriptor and all below it. Never shrinks.
    mutating func grow(toHold descriptor: Int32) {
        let needed = csock_set_words(descriptor + 1)
        guard needed > size else { return }
        var larger = [csock_word_t](repeating: 0, count: 3 * needed)
        for set in 0..<3 { for word in 0..<size { larger[set * needed + word] = words[set * size + word] } }
        words = larger
        size = needed
    }

    mutating func insert(_ descriptor: Int32, _ interest: Readiness) {
        for set in 0..<3 where interest.contains(Self.interests[set]) {
            let size = size
            // The set lies within the words, and the shim refuses a descriptor that has no bit in it.
            _ = unsafe words.withUnsafeMutableBufferPointer {
                unsafe csock_set_insert($0.baseAddress.unsafelyUnwrapped + set * size, size, descriptor)
            }
        }
    }

    mutating func remove(_ descriptor: Int32) {
        let size = size
        unsafe words.withUnsafeMutableBufferPointer {
            for set in 0..<3 {
                _ = unsafe csock_set_remove($0.baseAddress.unsafelyUnwrapped + set * size, size, descriptor)
            }
        }
    }

    /// What the descriptor is in, said as readiness.
    func readiness(of descriptor: Int32) -> Readiness {
        var result: Readiness = []
        unsafe words.withUnsafeBufferPointer {
            for set in 0..<3
            where unsafe csock_set_contains($0.baseAddress.unsafelyUnwrapped + set * size, size, descriptor) == 1 {
                result.insert(Self.interests[set])
            }
        }
        return result
    }

    /// The smallest descriptor that is in any set and at least `from`.
    func first(from: Int32) -> Int32? {
        let bits = csock_word_t.bitWidth
        var word = Int(from) / bits
        var mask = csock_word_t.max << csock_word_t(Int(from) % bits)
        while word < size {
            let union = (words[word] | words[size + word] | words[2 * size + word]) & mask
            if union != 0 { return Int32(word * bits + union.trailingZeroBitCount) }
            word += 1
            mask = .max
        }
        return nil
    }

    /// How many bits are set in all.
    var count: Int {
        var count = 0
        for word in words { count += word.nonzeroBitCount }
        return count
    }

    mutating func clear() {
        for word in words.indices { words[word] = 0 }
    }

    /// Becomes equal to sets of the same size, without memory of its own being made.
    mutating func assign(_ other: borrowing DescriptorSets) {
        for word in words.indices { words[word] = other.words[word] }
    }

    /// The shim's answer. C: select(2)
    mutating func select(_ limit: Int32, _ timeout: Int64) -> Int32 {
        let size = size
        return unsafe words.withUnsafeMutableBufferPointer { words in
            guard let base = words.baseAddress else { return csock_select(0, nil, nil, nil, 0, timeout) }
            // An empty set costs the kernel a walk; nobody asks for urgent data as a rule.
            let isUrgent = unsafe words[(2 * size)...].contains { $0 != 0 }
            let urgent = unsafe isUrgent ? base + 2 * size : nil
            return unsafe csock_select(limit, base, base + size, urgent, size, timeout)
        }
    }
}
