#if os(Linux)
import Sockets

extension UnixAddress {
    /// The abstract name after the `@`.
    init(abstractText name: String) throws(SocketError) { try self.init(abstract: name) }
}
#else
import Sockets

extension UnixAddress {
    /// Other systems know no abstract names.
    init(abstractText name: String) throws(SocketError) {
        throw SocketError(.parse, .notSupported, detail: "only Linux knows abstract names")
    }
}
#endif
