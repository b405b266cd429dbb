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
from harness import Failed, Server, build_c, build_products, chosen_models, commands, family, markdown, say

# Forked children have profiles of their own, and valgrind knows too little of io_uring.
NOT_COUNTED = ("fork", "async-ring", "async-ring-lent")


def profiled(command, model, seconds):
    """Messages and instructions of one run."""
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
    parser.add_argument("--models", default="servers,async", help="which, separated by commas (servers,async)")
    parser.add_argument("--functions", action="store_true", help="also list the functions that the instructions are in")
    options = parser.parse_args()
    models = chosen_models(parser, options.models, without=NOT_COUNTED)
    build_c()
    products = build_products(models)
    rows, failed = [["model", "C instructions for a message", "Swift instructions for a message"]], False
    for name, model in models.items():
        say(f"counting {name}")
        try:
            sides = [instructions_per_message(command, model) for command in commands(name, model, products)]
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
