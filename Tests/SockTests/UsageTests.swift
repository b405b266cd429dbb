import TestSupport
import Testing

@Suite(.ownThread) struct UsageTests {
    struct Wrong: CustomTestStringConvertible {
        let arguments: [String]
        let says: [String]
        var testDescription: String { arguments.joined(separator: " ") }

        init(_ line: String, _ says: String...) {
            arguments = line.split(separator: " ").map(String.init)
            self.says = says
        }
    }

    static let wrong = [
        Wrong("listn", "unknown command 'listn'", "did you mean 'sock listen'?"),
        Wrong("conect 127.0.0.1:1", "did you mean 'sock connect'?"),
        Wrong("xyzzy", "unknown command 'xyzzy'", "see 'sock --help'"),
        Wrong("--versoin", "unknown option '--versoin'", "did you mean 'sock --version'?"),
        Wrong("listen --keep-opne :1", "unknown option '--keep-opne'", "did you mean '--keep-open'?"),
        Wrong("listen -x :1", "unknown option '-x'"),
        Wrong("listen", "ADDRESS is missing", "HOST:PORT"),
        Wrong("listen :1 :2", "':2' is one argument too many"),
        Wrong("listen --keep-open=yes :1", "--keep-open takes no value"),
        Wrong("receive --count", "--count needs a value", "--count N"),
        Wrong("receive --count --json", "--count needs a value"),
        Wrong("receive --count many :1", "'many' is no whole number above 0"),
        Wrong("connect 127.0.0.1:99999", "'99999' is no port: ports are 0 to 65535"),
        Wrong("receive --count 0 :1", "'0' is no whole number above 0"),
        Wrong("receive --count=-1 :1", "'-1' is no whole number above 0"),
        Wrong("ping --interval soon ::1", "'soon' is no number of seconds", "write 2, or 0.5"),
        Wrong("ping --interval nan ::1", "'nan' is no number of seconds"),
        Wrong("ping", "HOST is missing"),
        Wrong("connect 127.0.0.1", "ADDRESS:"),
        Wrong("connect ::1:80", "bracket"),
        Wrong("connect localhost:", "names no port"),
        Wrong("connect unix:", "empty"),
        Wrong("connect unix:/" + String(repeating: "x", count: 200), "at most"),
        Wrong("echo --model epol :1", "'epol' is none of", "did you mean 'epoll'?"),
        Wrong("options --socket tpc", "did you mean 'tcp'?"),
        Wrong("send :1", "TEXT is missing"),
        Wrong("bench -c 0 :1", "'0' is no whole number above 0"),
        Wrong("bench -c 9223372036854775807 :1", "9223372036854775807 connections are more than 1000000"),
        Wrong("tour now", "one argument too many"),
        Wrong("help listn", "did you mean 'sock listen'?"),
    ]

    @Test(arguments: wrong) func `wrong usage is explained, with status 2`(_ wrong: Wrong) throws {
        let outcome = try Program.run(Program.tool, wrong.arguments)
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        for text in wrong.says { #expect(outcome.errors.contains(text)) }
        #expect(outcome.errors.split(separator: "\n").count == 2)
    }

    static let commands = [
        "tour", "connect", "listen", "send", "receive", "echo", "proxy", "bench", "ping", "resolve", "interfaces",
        "options", "table",
    ]

    @Test(arguments: commands) func `each command has help, asked for in three ways`(_ command: String) throws {
        let outcome = try sock(command, "--help")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("Usage: sock \(command) [options]"))
        #expect(outcome.output.contains("-h, --help"))
        #expect(try sock("help", command).output == outcome.output)
        #expect(try sock(command, "-h").output == outcome.output)
    }

    @Test func `the overview names every command`() throws {
        let outcome = try sock("--help")
        #expect(outcome.status == 0)
        for command in Self.commands { #expect(outcome.output.contains("\n  \(command) ")) }
        #expect(try sock("help").output == outcome.output)
    }

    @Test func `without a command the overview goes to standard error, with status 2`() throws {
        let outcome = try sock()
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains("Usage: sock COMMAND"))
    }

    @Test func `the version is printed`() throws {
        let outcome = try sock("--version")
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("sock "))
    }

    @Test func `words after two dashes are no options`() throws {
        #expect(try sock("connect", "--", "--help").errors.contains("--help"))
    }
}
