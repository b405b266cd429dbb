"""The Swift servers that the clients of all languages talk to, one process for each model."""
import os
import typing

from .processes import Server, swift_program

STREAM_MODELS = ("iterative", "fork", "thread", "select", "poll", "epoll")
# A child of udp-fork ends when it has heard nothing for a while: long enough for a client between two datagrams.
DATAGRAM_MODELS = {"udp": (), "udp-fork": ("--idle", "2"), "udp-fork-shared": ("--idle", "2")}
LOOPBACK = "127.0.0.1:0"


class Model(typing.NamedTuple):
    name: str
    command: list
    sample: str  # what talks to it
    accepted: int = 1  # what one run of the sample adds to the server's count


def echo(model, address, *options):
    return [swift_program("sock"), "echo", "--report-address", "--with-parent", "--model", model, *options, address]


def models(folder):
    """All of them; the paths of Unix sockets are in `folder`."""
    yield Model("tcp-server-threads", [swift_program("tcp-server-threads"), LOOPBACK], "client")
    for model in STREAM_MODELS:
        yield Model(f"sock echo --model {model}", echo(model, LOOPBACK), "client")
    for model in STREAM_MODELS:
        yield Model(f"sock echo --model {model} unix:", echo(model, f"unix:{folder}/{model}"), "unix")
    for model, options in DATAGRAM_MODELS.items():
        accepted = 2 if model == "udp" else 1  # Without a process for each client, each datagram is a client.
        yield Model(f"sock echo --model {model}", echo(model, LOOPBACK, *options), "datagram", accepted)


class Partner:
    """A running server, and how many clients it has to know of in the end."""

    def __init__(self, model):
        self.model = model
        self.runs = 0
        self.server = Server(model.command)

    @property
    def argument(self):
        """How a sample is told where the server is."""
        return self.server.address if self.model.sample == "unix" else self.server.port

    def end_trouble(self):
        """What is wrong with its end: it has served everybody, says so, and leaves nothing behind."""
        status, output, errors = self.server.end()
        summary = f"{self.runs * self.model.accepted} accepted, 0 active, 0 failed"
        if status != 0 or summary not in output or errors:
            return f"exit {status}, {output!r} instead of {summary!r}, {errors!r}"
        if self.model.sample == "unix" and os.path.lexists(self.server.address):
            return f"{self.server.address} is still there"
        return None
