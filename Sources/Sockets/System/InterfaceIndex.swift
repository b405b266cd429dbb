internal import CSocketShim

/// The index of the network interface with this name, or nil when the system has none.
///
/// C: if_nametoindex(3)
func interfaceIndex(named name: String) -> UInt32? {
    // The kernel would cut the name at a NUL and answer for another interface.
    guard !name.utf8.contains(0) else { return nil }
    return UInt32(exactly: unsafe csock_if_nametoindex(name)).flatMap { $0 == 0 ? nil : $0 }
}
