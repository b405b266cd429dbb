import AsyncSockets
import Sockets
import Testing

@Suite struct HappyEyeballsTests {
    static let names = [
        EyeballStory("IPv6 begins as soon as it is known", "10 v6=6a; 30 6a ok", "10 6a; 30 = 6a"),
        EyeballStory("IPv4 waits for IPv6", "10 v4=4a; 40 v6=6a; 70 6a ok", "40 6a; 70 = 6a"),
        EyeballStory("but not long", "10 v4=4a; 300 4a ok", "60 4a; 300 = 4a"),
        EyeballStory("and not if there is none", "10 v4=4a; 30 v6=none; 50 4a ok", "30 4a; 50 = 4a"),
        EyeballStory("or none for now", "10 v4=4a; 30 v6=again; 50 4a ok", "30 4a; 50 = 4a"),
        EyeballStory("IPv4 that is last begins at once", "10 v6=none; 30 v4=4a; 50 4a ok", "30 4a; 50 = 4a"),
        EyeballStory("late IPv6 joins in turn", "10 v4=4a,4b; 100 v6=6a; 700 6a ok", "60 4a; 310 6a; 560 4b; 700 = 6a"),
        EyeballStory(
            "late IPv6 whose turn it is begins at once", "10 v4=4a; 500 v6=6a; 600 6a ok", "60 4a; 500 6a; 600 = 6a"),
        EyeballStory(
            "IPv6 is waited for when all IPv4 has failed", "0 v4=4a; 60 4a refused; 2000 v6=6a; 2010 6a ok",
            "50 4a; 2000 6a; 2010 = 6a"),
        EyeballStory(
            "IPv6 that does not come after all", "0 v4=4a; 60 4a refused; 2000 v6=again",
            "50 4a; 2000 ! ECONNREFUSED 4a"),
        EyeballStory("no IPv4 waits for IPv6", "10 v4=none; 3000 v6=6a; 3010 6a ok", "3000 6a; 3010 = 6a"),
        EyeballStory("no address at all", "10 v6=none; 20 v4=none", "20 ! getaddrinfo name not found"),
        EyeballStory(
            "a silent server says more than a negative answer", "10 v6=none; 20 v4=again", "20 ! getaddrinfo resolver"),
        EyeballStory("in any order", "10 v6=again; 20 v4=none", "20 ! getaddrinfo resolver"),
        EyeballStory("both at once", "10 both=4a,6a; 20 6a ok", "10 6a; 20 = 6a"),
        EyeballStory("both at once, of one version", "10 both=4a; 20 4a ok", "10 4a; 20 = 4a"),
        EyeballStory("neither", "10 both=none", "10 ! getaddrinfo name not found"),
        EyeballStory("one version only", "10 v4=4a; 20 4a ok", "10 4a; 20 = 4a", versions: [.v4]),
        EyeballStory("another delay", "10 v4=4a; 700 4a ok", "510 4a; 700 = 4a") {
            $0.resolutionDelay = .milliseconds(500)
        },
        EyeballStory("no delay", "10 v4=4a; 20 4a ok", "10 4a; 20 = 4a") { $0.resolutionDelay = .zero },
        EyeballStory("an endless delay", "10 v4=4a; 5000 v6=6a; 5001 6a ok", "5000 6a; 5001 = 6a") {
            $0.resolutionDelay = .seconds(Int64.max)
        },
    ]

    static let attempts = [
        EyeballStory(
            "the versions take turns", "0 v6=6a,6b,6c; 1 v4=4a,4b; 1200 6c ok",
            "0 6a; 250 4a; 500 6b; 750 4b; 1000 6c; 1200 = 6c"),
        EyeballStory(
            "from the other one on when one is used up", "0 v6=6a; 1 v4=4a,4b,4c; 1200 4c ok",
            "0 6a; 250 4a; 500 4b; 750 4c; 1200 = 4c"),
        EyeballStory(
            "two of the first version", "0 v6=6a,6b,6c; 1 v4=4a,4b; 1200 6c ok",
            "0 6a; 250 6b; 500 4a; 750 6c; 1000 4b; 1200 = 6c"
        ) { $0.firstVersionCount = 2 },
        EyeballStory(
            "the first version is IPv4 when that begins", "0 v6=none; 1 v4=4a,4b,4c; 600 4b ok",
            "1 4a; 251 4b; 501 4c; 600 = 4b"
        ) { $0.firstVersionCount = 2 },
        EyeballStory(
            "a failure lets the next one begin", "0 v6=6a,6b; 0 v4=4a; 20 6a refused; 300 4a ok",
            "0 6a; 20 4a; 270 6b; 300 = 4a"),
        EyeballStory(
            "so does one of an earlier attempt", "0 v6=6a,6b; 0 v4=4a; 260 6a refused; 300 6b ok",
            "0 6a; 250 4a; 260 6b; 300 = 6b"),
        EyeballStory(
            "an early attempt may win late", "0 v6=6a; 0 v4=4a; 900 6a ok", "0 6a; 250 4a; 900 = 6a"),
        EyeballStory(
            "who comes second is not taken", "0 v6=6a; 0 v4=4a; 300 4a ok; 300 6a ok; 301 6a refused",
            "0 6a; 250 4a; 300 = 4a"),
        EyeballStory(
            "a late answer changes nothing", "0 v6=6a; 10 6a ok; 20 v4=4a", "0 6a; 10 = 6a"),
        EyeballStory(
            "the delay has a least value", "0 v6=6a,6b,6c; 100 6c ok", "0 6a; 10 6b; 20 6c; 100 = 6c", versions: [.v6]
        ) { $0.attemptDelay = .zero },
        EyeballStory(
            "and a greatest", "0 v6=6a,6b; 2100 6b ok", "0 6a; 2000 6b; 2100 = 6b", versions: [.v6]
        ) { $0.attemptDelay = .seconds(100) },
        EyeballStory(
            "another delay", "0 v6=6a,6b; 500 6b ok", "0 6a; 400 6b; 500 = 6b", versions: [.v6]
        ) { $0.attemptDelay = .milliseconds(400) },
        EyeballStory(
            "an address that is known is not tried again", "0 v6=6a,6a,6b; 5 v6=6a; 300 6b ok",
            "0 6a; 250 6b; 300 = 6b", versions: [.v6]),
        EyeballStory(
            "addresses that come later are added", "0 v6=6a; 100 v6=6b; 300 6b ok", "0 6a; 250 6b; 300 = 6b",
            versions: [.v6]),
        EyeballStory("who never began cannot win", "0 v6=6a; 5 6z ok; 9 6z refused; 20 6a ok", "0 6a; 20 = 6a"),
        EyeballStory(
            "a failure counts once", "0 v6=6a,6b,6c; 5 6a refused; 6 6a refused; 300 6c ok",
            "0 6a; 5 6b; 255 6c; 300 = 6c", versions: [.v6]),
    ]

    static let ends = [
        EyeballStory("one that is refused", "0 v4=4a; 5 4a refused", "0 4a; 5 ! ECONNREFUSED 4a", versions: [.v4]),
        EyeballStory(
            "the host says more than the way to it", "0 v6=6a; 0 v4=4a; 1 6a no-route; 2 4a refused",
            "0 6a; 1 4a; 2 ! ECONNREFUSED 4a"),
        EyeballStory(
            "a server that is silent says more than no way", "0 v6=6a; 1 6a no-route; 9 v4=again",
            "0 6a; 9 ! getaddrinfo resolver"),
        EyeballStory(
            "but less than a host that is silent", "0 v6=6a; 1 6a timeout; 9 v4=again", "0 6a; 9 ! ETIMEDOUT 6a"),
        EyeballStory(
            "in any order", "0 v6=6a; 0 v4=4a; 1 6a refused; 2 4a no-route", "0 6a; 1 4a; 2 ! ECONNREFUSED 6a"),
        EyeballStory(
            "the first of equals", "0 v6=6a; 0 v4=4a; 1 6a refused; 2 4a denied", "0 6a; 1 4a; 2 ! ECONNREFUSED 6a"),
        EyeballStory(
            "silence says more than no way", "0 v6=6a; 0 v4=4a; 1 6a unreachable; 9 4a timeout",
            "0 6a; 1 4a; 9 ! ETIMEDOUT 4a"),
        EyeballStory(
            "no way says more than no address here", "0 v6=6a; 0 v4=4a; 1 6a no-source; 9 4a no-route",
            "0 6a; 1 4a; 9 ! ENETUNREACH 4a"),
        EyeballStory(
            "no address here says more than no IPv6", "0 v6=6a; 0 v4=4a; 1 6a no-family; 9 4a no-source",
            "0 6a; 1 4a; 9 ! EADDRNOTAVAIL 4a"),
        EyeballStory(
            "this machine's want says most", "0 v6=6a; 0 v4=4a; 1 6a refused; 9 4a no-descriptor",
            "0 6a; 1 4a; 9 ! EMFILE 4a"),
        EyeballStory(
            "a code that nobody knows", "0 v6=6a; 0 v4=4a; 1 6a no-route; 9 4a strange", "0 6a; 1 4a; 9 ! errno 4711 4a"
        ),
        EyeballStory(
            "an answer that never comes", "0 v4=none", "900 ! getaddrinfo ETIMEDOUT", deadline: 900),
        EyeballStory(
            "an attempt that goes on", "0 v6=6a; 0 v4=4a", "0 6a; 250 4a; 900 ! ETIMEDOUT 6a", deadline: 900),
        EyeballStory(
            "the attempt that still goes on", "0 v6=6a; 0 v4=4a; 400 6a refused", "0 6a; 250 4a; 900 ! ETIMEDOUT 4a",
            deadline: 900),
        EyeballStory("the time is up before anything", "5 v6=6a", "0 ! getaddrinfo ETIMEDOUT", deadline: 0),
        EyeballStory("the time is up before IPv4 may begin", "5 v4=4a", "30 ! getaddrinfo ETIMEDOUT", deadline: 30),
        EyeballStory("nothing begins when the time is up", "5 v6=6a,6b", "5 6a; 255 ! ETIMEDOUT 6a", deadline: 255),
    ]

    @Test(arguments: names) func `names, as in RFC 8305, section 3`(story: EyeballStory) {
        #expect(story.play() == story.actions)
    }

    @Test(arguments: attempts) func `attempts, as in RFC 8305, sections 4 to 6`(story: EyeballStory) {
        #expect(story.play() == story.actions)
    }

    @Test(arguments: ends) func `ends in vain say why`(story: EyeballStory) {
        #expect(story.play() == story.actions)
    }

    @Test func `a connection counts, though the time is up`() {
        var eyeballs = HappyEyeballs("host", versions: [.v4], deadline: 10)
        let address = EyeballStory.address("4a")
        #expect(eyeballs.handle(.answered(.v4, .success([address])), at: 0) == .start(0, address))
        #expect(eyeballs.handle(.connected(0), at: 11) == .succeed(0))
        #expect(eyeballs.nextTime == .max)
        #expect(eyeballs.handle(.time, at: 12) == nil)
    }

    @Test func `an error names the host, unless it says more`() {
        var eyeballs = HappyEyeballs("example.org", versions: [.v4], deadline: .max)
        _ = eyeballs.handle(.answered(.v4, .success([EyeballStory.address("4a")])), at: 0)
        let end = eyeballs.handle(.failed(0, SocketError(.connect, .connectionRefused)), at: 1)
        guard case .fail(let error) = end else { return #expect(Bool(false), "it goes on: \(String(describing: end))") }
        #expect(error.detail == "example.org")
        #expect(error.peerAddress?.ip == EyeballStory.address("4a"))
        #expect(error.description == "connect to 192.0.2.1:80: connection refused (ECONNREFUSED): example.org")
    }

    @Test func `a list without end is cut, and leaves the other version its chance`() {
        let many = (1...4000).map { IPSocketAddress(IPv6Address(high: 1, low: UInt64($0)), port: 80) }
        var eyeballs = HappyEyeballs("host", versions: [.v4, .v6], deadline: .max)
        var now: Int64 = 0, begun = 0
        var action = eyeballs.handle(.answered(.v6, .success(many)), at: now)
        while case .start(let number, let address) = action {
            #expect(address == many[number])
            begun += 1
            now += 1
            action = eyeballs.handle(.failed(number, SocketError(.connect, .networkUnreachable)), at: now)
        }
        #expect(begun == HappyEyeballs.mostOfVersion)
        #expect(action == nil)
        #expect(eyeballs.handle(.answered(.v6, .success(many)), at: now) == nil)
        let last = EyeballStory.address("4a")
        #expect(eyeballs.handle(.answered(.v4, .success([last])), at: now) == .start(begun, last))
    }

    /// What a story of a thousand random events must not do, whatever they are.
    @Test(arguments: 0..<200) func `whatever happens, each address is tried once, and there is one end`(seed: UInt64) {
        var random = Generator(state: seed &* 0x9E37_79B9_7F4A_7C15 | 1)
        let end = Int64.random(in: 1...5_000_000_000, using: &random)
        var eyeballs = HappyEyeballs("host", versions: [.v4, .v6], deadline: end)
        var now: Int64 = 0, ends = 0, lastStart = Int64.min, mayStart = true
        var tried: Set<IPSocketAddress> = [], failed: Set<Int> = []
        while now <= end {
            let event = random.event(running: tried.count)
            if case .failed(let number, _) = event, (0..<tried.count).contains(number), failed.insert(number).inserted {
                mayStart = true
            }
            switch eyeballs.handle(event, at: now) {
            case .start(let number, let address):
                #expect(ends == 0 && number == tried.count && now < end)
                #expect(tried.insert(address).inserted)
                #expect(mayStart || now - lastStart >= 250_000_000)
                (lastStart, mayStart) = (now, false)
            case .succeed, .fail: ends += 1
            case nil: break
            }
            // Whoever asks to be told the time in the past would ask for ever.
            #expect(eyeballs.nextTime > now)
            now = min(eyeballs.nextTime, now + Int64.random(in: 0...40_000_000, using: &random))
        }
        if case .fail = eyeballs.handle(.time, at: end) { ends += 1 }
        #expect(eyeballs.handle(.time, at: .max) == nil && eyeballs.nextTime == .max)
        #expect(ends == 1)
    }
}

/// Random numbers that are the same each time, and events made of them.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    mutating func event(running: Int) -> HappyEyeballs.Event {
        let number = Int.random(in: -1...running, using: &self)
        let version = [IPVersion.v4, .v6, nil].randomElement(using: &self) ?? nil
        switch UInt8.random(in: 0...99, using: &self) {
        case 0: return .connected(number)
        case 1...20: return .failed(number, SocketError(.connect, .connectionRefused))
        case 21...23: return .answered(version, .failure(SocketError(.getaddrinfo, .nameTryAgain)))
        case 24...30:
            let names = (0..<3).map { _ in
                ["4a", "4b", "4c", "6a", "6b", "6c", "6d"].randomElement(using: &self) ?? "4z"
            }
            return .answered(version, .success(names.map { EyeballStory.address($0) }))
        default: return .time
        }
    }
}
