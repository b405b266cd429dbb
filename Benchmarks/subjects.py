"""What async.py compares, and what it loads them with."""
from dataclasses import dataclass, field

from harness import C_PROGRAMS


# Bytes of a plain handler's own buffer: as the documentation's echo has it, or, for longer messages, what C receives at once.
SMALL_BUFFER, LARGE_BUFFER = 4 << 10, 64 << 10


@dataclass(frozen=True)
class Subject:
    """A server: for each kind of load a C program, or the variant of async-echo."""

    name: str
    programs: dict = field(default_factory=dict)
    engine: str = ""
    only: tuple = ()  # the scenarios it takes part in, when not all

    @property
    def is_c(self):
        return not self.engine

    @property
    def is_yardstick(self):
        """Whether it is there to compare with, and not one of the library's."""
        return self.is_c or self.engine == BARE

    def command(self, scenario, async_echo):
        """How the server for a load is started, or None if there is none."""
        program = self.programs.get(scenario.kind)
        if not program:
            return None
        return [C_PROGRAMS / program] if self.is_c else [async_echo, "{port}", self.engine, program, scenario.buffer]


@dataclass(frozen=True)
class Scenario:
    """A load. `beside`: idle connections that are held meanwhile."""

    name: str
    about: str
    mode: str = "pingpong"
    kind: str = "echo"
    conns: int = 64
    size: int = 64
    beside: int = 0

    @property
    def buffer(self):
        return LARGE_BUFFER if self.size > SMALL_BUFFER else SMALL_BUFFER

    @property
    def is_heavy(self):
        """Whether making its connections takes longer than measuring."""
        return max(self.conns, self.beside) >= 5000

    @property
    def unit(self):
        return {"pingpong": "message", "udp": "datagram", "churn": "connection"}.get(self.mode, "MB")

    @property
    def units_per_message(self):
        return self.size / 1e6 if self.unit == "MB" else 1

    def seconds(self, least):
        """A turn in which each of many connections has several messages, and the warm-up before it."""
        many = self.conns if self.mode == "pingpong" else 0
        return {"seconds": max(least, many * 40e-6), "warmup": max(least / 5, many * 15e-6)}


# Tasks without AsyncSockets: what the language's runtime takes of the rest.
BARE = "bare"
PLAIN = {"echo": "plain", "bulk": "bulk", "udp": "udp"}
LIMITED = ("64x64", "1000x64")

SUBJECTS = [
    Subject("C epoll", {"echo": "echo_epoll", "bulk": "bulk_epoll", "udp": "udp_epoll"}),
    Subject("C edges", {"echo": "echo_edge"}),
    Subject("C io_uring", {"echo": "echo_uring", "bulk": "bulk_uring"}),
    Subject("bare tasks", {"echo": "plain"}, BARE),
    Subject("poll", PLAIN, "poll"),
    Subject("epoll", PLAIN, "epoll"),
    Subject("epoll lent", {"echo": "lent"}, "epoll"),
    Subject("epoll limit", {"echo": "limit"}, "epoll", LIMITED),
    Subject("ring", PLAIN, "ring"),
    Subject("ring lent", {"echo": "lent"}, "ring"),
    Subject("ring limit", {"echo": "limit"}, "ring", LIMITED),
]

BASELINE, RING_BASELINE = "C epoll", "C io_uring"

SCENARIOS = [
    Scenario("1x64", "1 connection x 64 B", conns=1),
    Scenario("64x64", "64 connections x 64 B"),
    Scenario("1000x64", "1,000 connections x 64 B", conns=1000),
    Scenario("8000x64", "8,000 connections x 64 B", conns=8000),
    Scenario("1x16k", "1 connection x 16 KiB", conns=1, size=16 << 10),
    Scenario("64x16k", "64 connections x 16 KiB", size=16 << 10),
    Scenario("1000x16k", "1,000 connections x 16 KiB", conns=1000, size=16 << 10),
    Scenario("churn", "connect, one echo, close", "churn"),
    Scenario("churn+5000", "the same beside 5,000 idle connections", "churn", beside=5000),
    Scenario("bulk", "one stream, echoed", "bulk", conns=1, size=64 << 10),
    Scenario("upload", "one stream, received", "upload", "bulk", conns=1, size=64 << 10),
    Scenario("download", "one stream, sent", "download", "bulk", conns=1, size=64 << 10),
    Scenario("udp", "64 flows of datagrams of 64 B", "udp", "udp"),
]


# echo_uring.c compiled in other ways: what each feature of io_uring is worth, without Swift.
RING_VARIANTS = {
    "as it is": {},
    "buffers of 8 KiB": {"BUFFER_SIZE": 8192, "BUFFERS": 1024},
    "256 of 32 KiB": {"BUFFER_SIZE": 32768, "BUFFERS": 256},
    "32 buffers": {"BUFFERS": 32},
    "no deferred work": {"TASK_WORK": 0},
    "no multishot receive": {"SHOTS": 0},
    "registered files": {"FILES": 4096},
    "zero-copy sends": {"SENDING": "IORING_OP_SEND_ZC"},
}
VARIANT_SCENARIOS = ("1x64", "64x64", "1000x64", "64x16k", "bulk")


def taking_part(scenario, subjects, async_echo):
    """The subjects of a scenario and how each is started, the baselines first."""
    commands = {s.name: s.command(scenario, async_echo) for s in subjects if not s.only or scenario.name in s.only}
    return {name: command for name, command in commands.items() if command}
