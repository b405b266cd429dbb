import Sockets

/// What went over a connection, for the summary at the end.
struct Traffic {
    var received = 0
    var sent = 0
    let watch = Stopwatch()

    /// One line: bytes in and out, the time, the connection.
    func summary(_ connection: String) -> String {
        let time = watch.elapsed.seconds.text(decimals: 3)
        return "sock: \(received) bytes in, \(sent) bytes out, \(time) s, \(connection)"
    }
}

/// Why a relay ended.
enum RelayEnd {
    /// Both directions are done.
    case finished
    /// A signal asked for it.
    case interrupted
}
