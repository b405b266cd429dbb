#!/usr/bin/env python3
"""How many user instructions a server takes for one message, in C and in Swift, by valgrind's callgrind.

Connections play ping-pong with the server, once for a short and once for a longer time; the difference in instructions
is divided by the difference in messages. The kernel's work is not counted. Unlike the ratios of run.py these counts
hardly depend on what else the machine does: the few instructions for each time that a server waits are the exception.
"""
import argparse
import os
import signal
import sys
import tempfile

import callgrind
from harness import C_PROGRAMS, Failed, MODELS, Server, build_c, build_swift, family, markdown, say


def profiled(command, model, seconds):
    """Messages and instructions of one run. Children have profiles of their own, so forking servers are left out."""
    udp = model.get("udp", False)
    with tempfile.NamedTemporaryFile("r") as profile:
        with Server(callgrind.command(command, profile.name, "--log-file=/dev/null"), udp=udp) as server:
            settings = {"conns": model.get("most", 64), "seconds": seconds, "warmup": 0}
            with server.load("udp" if udp else "pingpong", **settings) as load:
                messages = load.slice()["messages"]
            for process in family(server.pid):
                os.kill(process, signal.SIGTERM)
            server.process.wait()
        return messages, callgrind.by_function(profile.name)


def instructions_per_message(command, model):
    few, before = profiled(command, model, 0.5)
    many, after = profiled(command, model, 2)
    return callgrind.per_operation(before, after, many - few)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usual = ",".join(name for name in MODELS if name != "fork")
    parser.add_argument("--models", default=usual, help=f"which, separated by commas ({usual})")
    parser.add_argument("--functions", action="store_true", help="also list the functions that the instructions are in")
    options = parser.parse_args()
    build_c()
    swift = build_swift("echo-servers")
    rows, failed = [["model", "C instructions for a message", "Swift instructions for a message"]], False
    for name in options.models.split(","):
        say(f"counting {name}")
        try:
            commands = [C_PROGRAMS / MODELS[name]["c"]], [swift, name]
            sides = [instructions_per_message(command, MODELS[name]) for command in commands]
        except Failed as failure:
            say(f"{name}: {failure}")
            failed = True
            continue
        rows.append([name, *(f"{sum(costs.values()):.0f}" for costs in sides)])
        if options.functions:
            for costs in sides:
                say(callgrind.listing(costs, 1))
    print(markdown(rows))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
