import AsyncSockets

/// The engines by their names; which of them the system has, the loop knows.
enum EngineChoice: String, Choice {
    case poll, epoll, ring, kqueue

    var kind: EngineKind { EngineKind(rawValue: rawValue) }
}
