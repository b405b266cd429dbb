#!/usr/bin/env python3
"""Which system calls a server makes for one message, in C and in Swift.

One connection plays ping-pong with the server, which runs under strace, once for a short and once for a longer time.
The difference in calls is divided by the difference in messages, so that start-up cancels.

Exit status: 0, or 1 if one side makes more calls than the other, or a server failed.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile

from harness import C_PROGRAMS, Failed, MODELS, Server, build_c, build_swift, family, markdown, say


class TracedServer(Server):
    """A server under strace, which writes its table when the server has ended."""

    def __init__(self, command, table, udp):
        super().__init__(["strace", "-f", "-c", "-U", "calls,name", "-o", table, *command], udp=udp)

    def __exit__(self, *_):
        for process in family(self.pid) - {self.pid}:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            super().__exit__()


def traced(command, udp, seconds):
    with tempfile.NamedTemporaryFile("r") as table:
        with TracedServer(command, table.name, udp) as server:
            settings = {"conns": 1, "seconds": seconds, "warmup": 0}
            with server.load("udp" if udp else "pingpong", **settings) as load:
                messages = load.slice()["messages"]
        calls = {name: int(count) for count, name in re.findall(r"^\s*(\d+)\s+(\w+)$", table.read(), re.MULTILINE)}
    calls.pop("total", None)
    return messages, calls


def calls_per_message(command, udp):
    few, before = traced(command, udp, 0.1)
    many, after = traced(command, udp, 0.5)
    rates = {name: round((count - before.get(name, 0)) / (many - few), 1) for name, count in after.items()}
    return {name: rate for name, rate in sorted(rates.items()) if rate}


def described(calls):
    return ", ".join(name if rate == 1 else f"{rate:g} {name}" for name, rate in calls.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default=",".join(MODELS), help="which, separated by commas (all)")
    parser.add_argument("--only-c", action="store_true", help="leave the Swift side out")
    options = parser.parse_args()
    build_c()
    swift = None if options.only_c else build_swift("echo-servers")
    rows, failed = [["model", "C calls for a message", "Swift calls for a message"]], False
    for name in options.models.split(","):
        say(f"counting {name}")
        model = MODELS[name]
        commands = [[C_PROGRAMS / model["c"]], *([[swift, name]] if swift else [])]
        try:
            calls = [calls_per_message(command, model.get("udp", False)) for command in commands]
        except Failed as failure:
            say(f"{name}: {failure}")
            failed = True
            continue
        failed = failed or sum(calls[0].values()) != sum(calls[-1].values())
        rows.append([name, described(calls[0]), described(calls[1]) if swift else "-"])
    print(markdown(rows))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
