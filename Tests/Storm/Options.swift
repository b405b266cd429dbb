import AsyncSockets
import Glibc

/// What the command line says.
struct Options: Sendable {
    var engine = EngineKind.epoll
    /// Operations that have to be interrupted.
    var count = 100_000
    var seed: UInt64 = 1
    /// Connections that live at the same time.
    var lives = 32

    static let usage = """
        usage: Storm [--engine poll|epoll|ring|kqueue] [--count COUNT] [--seed SEED] [--lives COUNT]

        Cancels, times out and closes COUNT operations of live traffic at random, and looks at every byte.
        """

    /// The options, or nil for words that make no sense.
    init?(_ words: some Sequence<String>) {
        var words = words.makeIterator()
        while let word = words.next() {
            guard let value = words.next(), let number = word == "--engine" ? 1 : UInt64(value), number > 0 else {
                return nil
            }
            switch word {
            case "--engine": engine = EngineKind(rawValue: value)
            case "--count": count = Int(clamping: number)
            case "--seed": seed = number
            case "--lives": lives = Int(clamping: number)
            default: return nil
            }
        }
    }
}

/// Says what is wrong and how to see it again, and ends the program.
func finding(_ text: String) -> Never {
    say("\nFOUND: \(text)\nagain: Storm --engine \(options.engine) --count \(options.count) --seed \(options.seed)")
    exit(1)
}

/// Writes a line at once, whoever reads it.
func say(_ text: String, end: String = "\n") {
    let bytes = Array((text + end).utf8)
    // The bytes live that long.
    _ = unsafe write(1, bytes, bytes.count)
}

/// The options of this run.
let options: Options = {
    guard let options = Options(CommandLine.arguments.dropFirst()) else {
        say(Options.usage)
        exit(2)
    }
    return options
}()
