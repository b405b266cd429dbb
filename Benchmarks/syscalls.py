#!/usr/bin/env python3
"""Which system calls a server makes for one message, in C and in Swift.

Connections play ping-pong with the server. Once it has settled, strace is attached to it for the length of one turn, and
the calls are divided by the messages. With one connection every message is waited for; with many (--conns) a wait is
shared by those that came meanwhile, and strace slows the server down, so that more of them come than otherwise.

Exit status: 0, or 1 if a server failed, or, with one connection, if Swift makes more calls than C.
"""
import argparse
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager

from harness import Failed, Server, build_c, build_products, chosen_models, commands, family, markdown, say


@contextmanager
def tracing(processes, table):
    """strace on processes and their threads; the table of calls is there at the end."""
    command = ["strace", "-f", "-c", "-U", "calls,name", "-o", table, *(f"--attach={process}" for process in processes)]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    attached = [tracer.stderr.readline() for _ in processes]
    if not all("attached" in line for line in attached):
        raise Failed(f"strace: {' '.join(attached).strip()}")
    yield
    tracer.send_signal(signal.SIGINT)
    tracer.communicate(timeout=10)


def calls_per_message(command, udp=False, conns=1):
    with Server(command, udp=udp) as server, tempfile.NamedTemporaryFile("r") as table:
        settings = {"conns": conns, "seconds": 0.5, "warmup": 0}
        with server.load("udp" if udp else "pingpong", **settings) as load:
            load.slice()
            with tracing(sorted(family(server.pid)), table.name):
                messages = load.slice()["messages"]
        found = re.findall(r"^\s*(\d+)\s+(\w+)$", table.read(), re.MULTILINE)
    digits = 1 if conns == 1 else 4
    rates = {name: round(int(count) / messages, digits) for count, name in found if name != "total"}
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
