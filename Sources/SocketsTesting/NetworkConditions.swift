/// How a simulated network behaves: how fast it is, and how often what goes wrong.
///
/// Chances are from 0, never, to 1, always. Whatever a chance decides is drawn from the network's seed.
///
/// ```swift
/// var conditions = NetworkConditions()
/// conditions.latency = .milliseconds(20)
/// conditions.shortTransfer = 0.5
/// let network = SimulatedNetwork(seed: 1, conditions)
/// ```
public struct NetworkConditions: Hashable, Sendable {
    /// How long everything takes from one end to the other.
    public var latency = Duration.zero
    /// How much longer it can take, drawn each time. Streams stay in order, and datagrams too, but for `reordering`.
    public var jitter = Duration.zero
    /// How long the answer about a name takes, for a resolver that is slow or, with a year, silent.
    public var lookupTime = Duration.zero
    /// How much goes from one socket in a second; nil for no limit.
    public var bytesPerSecond: Int?
    /// Bytes of one direction of a connection that nobody has received yet, at most. More wait for room.
    public var window = 65536

    /// That a send or receive on a stream moves fewer bytes than it could.
    public var shortTransfer = 0.0
    /// That an operation has to wait though it need not.
    public var wouldBlock = 0.0
    /// That somebody who waits is woken for nothing.
    public var spuriousReadiness = 0.0
    /// That a send or receive finds the connection reset.
    public var reset = 0.0
    /// That a connect is refused though somebody listens.
    public var refusal = 0.0
    /// That a connect gets no answer at all.
    public var blackHole = 0.0
    /// That an accept finds no descriptor free. C: EMFILE in accept(2)
    public var acceptFailure = 0.0
    /// That a datagram is lost.
    public var loss = 0.0
    /// That a datagram comes twice.
    public var duplication = 0.0
    /// That a datagram comes later than some that were sent after it.
    public var reordering = 0.0

    /// A perfect network: at once, in order, without faults.
    public init() {}

    /// Slow, in pieces, and in any order, but connections hold: what every correct program has to survive.
    public static var rough: NetworkConditions {
        var conditions = NetworkConditions()
        (conditions.latency, conditions.jitter) = (.milliseconds(10), .milliseconds(10))
        (conditions.shortTransfer, conditions.wouldBlock, conditions.spuriousReadiness) = (0.3, 0.1, 0.1)
        (conditions.loss, conditions.duplication, conditions.reordering) = (0.05, 0.05, 0.1)
        return conditions
    }
}
