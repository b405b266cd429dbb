#!/usr/bin/env python3
"""Which system calls a server makes for one message, in C and in Swift.

Connections play ping-pong with the server, which runs under strace, once for a short and once for a longer time.
The difference in calls is divided by the difference in messages, so that start-up cancels. With one connection every
message is waited for; with many (--conns) a wait is shared by those that came meanwhile.

Exit status: 0, or 1 if a server failed, or, with one connection, if Swift makes more calls than C.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile

from harness import Failed, Server, build_c, build_products, chosen_models, commands, family, markdown, say


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


def traced(command, udp, seconds, conns):
    with tempfile.NamedTemporaryFile("r") as table:
        with TracedServer(command, table.name, udp) as server:
            settings = {"conns": conns, "seconds": seconds, "warmup": 0}
            with server.load("udp" if udp else "pingpong", **settings) as load:
                messages = load.slice()["messages"]
        calls = {name: int(count) for count, name in re.findall(r"^\s*(\d+)\s+(\w+)$", table.read(), re.MULTILINE)}
    calls.pop("total", None)
    return messages, calls


def calls_per_message(command, udp=False, conns=1):
    # The batches of many connections have to settle.
    short, long = (0.1, 0.5) if conns == 1 else (0.3, 2)
    few, before = traced(command, udp, short, conns)
    many, after = traced(command, udp, long, conns)
    digits = 1 if conns == 1 else 3
    rates = {name: round((count - before.get(name, 0)) / (many - few), digits) for name, count in after.items()}
    return {name: rate for name, rate in sorted(rates.items()) if rate > 0}


def described(calls):
    return ", ".join(name if rate == 1 else f"{rate:g} {name}" for name, rate in calls.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="servers,async", help="which, separated by commas (servers,async)")
    parser.add_argument("--conns", type=int, default=1, help="connections (1)")
    parser.add_argument("--only-c", action="store_true", help="leave the Swift side out")
    options = parser.parse_args()
    models = chosen_models(parser, options.models)
    build_c()
    products = {"async-echo": "", "echo-servers": ""} if options.only_c else build_products(models)
    rows, failed = [["model", "C calls for a message", "Swift calls for a message"]], False
    for name, model in models.items():
        say(f"counting {name}")
        sides = commands(name, model, products)[: 1 if options.only_c else 2]
        conns = min(options.conns, model.get("most", options.conns))
        try:
            calls = [calls_per_message(command, model.get("udp", False), conns) for command in sides]
        except Failed as failure:
            say(f"{name}: {failure}")
            failed = True
            continue
        failed = failed or conns == 1 and sum(calls[0].values()) < sum(calls[-1].values())
        rows.append([name, described(calls[0]), "-" if options.only_c else described(calls[1])])
    print(markdown(rows))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
