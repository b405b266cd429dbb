#!/usr/bin/env python3
"""Compares every server model of SocketServers with a C program that does the same.

The C twin and the Swift server are started afresh for every round and take turns of a tenth of a second, so that
whatever slows the machine slows both. Each is loaded by a client that compares every byte. The figure is the CPU time
of the server for one message: user and system, of all its threads and processes, read from outside. Servers and
clients share one processor and take turns on it, so that no wake-up crosses processors; rates and latencies mean
nothing that way, and none is printed. The ratio is the median, over all pairs of turns, of Swift / C; beside it stand
the lowest and the highest median of a round. A pair during which somebody else used the processor is left out, unless
fewer than a third of the pairs of a model would remain.

Memory is what 500 idle connections more add to the resident memory of the server's processes, for each of them.
What the kernel keeps for a socket, a thread or a process is the same on both sides and not counted.

Exit status: 0, or 1 if a byte was wrong, a connection broke, or a server failed.
"""
import argparse
import json
import os
import pathlib
import sys
from contextlib import ExitStack

import chart
from harness import C_PROGRAMS, Failed, HERE, MODELS, Server, build_c, build_swift, machine, markdown, median, say

SIDES = ("c", "swift")

# What server and client must at least have had of their processor for a turn to count as undisturbed.
QUIET = 0.98

def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default=",".join(MODELS), help="which, separated by commas (all)")
    parser.add_argument("--rounds", type=int, help="rounds, each with every model on both sides (5)")
    parser.add_argument("--seconds", type=float, help="measured time of each turn (0.1)")
    parser.add_argument("--turns", type=int, default=5, help="times that both take two turns in a round (5)")
    parser.add_argument("--conns", type=int, default=64, help="connections (64)")
    parser.add_argument("--size", type=int, default=64, help="bytes of a message (64)")
    parser.add_argument("--idle", type=int, help="idle connections for the memory figure, 0 for none (500)")
    parser.add_argument("--quick", action="store_true", help="3 rounds of short turns, 100 idle connections")
    parser.add_argument("--churn", action="store_true", help="a message is a whole connection: accept, one echo, close")
    parser.add_argument("--two-cpus", action="store_true", help="client on another processor; easily disturbed")
    parser.add_argument("--itself", action="store_true", help="C against C: shows what the method can tell apart")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--results", type=pathlib.Path, default=HERE / "results", help="where chart and JSON go")
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.quick else 5)
    options.seconds = options.seconds or (0.05 if options.quick else 0.1)
    usual = 0 if options.churn else 100 if options.quick else 500
    options.idle = usual if options.idle is None else options.idle
    options.models = options.models.split(",")
    if options.churn:
        options.models = [name for name in options.models if name != "udp"]  # it has no connections
    unknown = [name for name in options.models if name not in MODELS]
    if unknown:
        parser.error(f"no such model: {', '.join(unknown)}; there are {', '.join(MODELS)}")
    return options


class Comparison:
    """One model on both sides."""

    def __init__(self, name, swift, options):
        self.name, self.options = name, options
        self.model = MODELS[name]
        self.udp = self.model.get("udp", False)
        c = [C_PROGRAMS / self.model["c"]]
        self.commands = {"c": c, "swift": [swift, name] if swift else c}
        self.rounds = []  # of pairs of slices
        self.memory = {}
        self.lost = 0
        self.failures = []

    def round(self):
        """Both servers, started afresh, in short turns."""
        try:
            with ExitStack() as stack:
                loads = {side: self.start(stack, self.commands[side]) for side in SIDES}
                turns = [SIDES, SIDES[::-1]] * self.options.turns
                self.rounds.append([{side: self.turn(loads[side]) for side in order} for order in turns])
        except Failed as failure:
            self.failures.append(f"{self.name}: {failure}")
            return str(failure)
        return ", ".join(f"{side} {median([p[side]['us'] for p in self.rounds[-1]]):.2f} us" for side in SIDES)

    def start(self, stack, command):
        options = self.options
        mode = "udp" if self.udp else "churn" if options.churn else "pingpong"
        conns = options.conns if options.churn else min(options.conns, self.model.get("most", options.conns))
        server = stack.enter_context(Server(command, options.server_cpu, self.udp))
        settings = {"conns": conns, "size": options.size, "seconds": options.seconds, "warmup": options.seconds / 5}
        return stack.enter_context(server.load(mode, options.client_cpu, **settings))

    def turn(self, load):
        result = load.slice()
        self.lost = max(self.lost, result["lost"])
        used = (result["server_cpu_ns"] + result["client_cpu_ns"]) / 1e9 / result["seconds"]
        quiet = self.options.two_cpus or used > QUIET
        return {"us": result["server_cpu_ns"] / 1000 / result["messages"], "quiet": quiet}

    def weigh(self):
        if self.options.idle == 0 or self.udp or self.model.get("most") == 1:
            return
        try:
            # A stack that starts elsewhere in its page can take one page more: hence several starts.
            memory = {side: [self.bytes_per_connection(side) for _ in range(5)] for side in SIDES}
            self.memory = {side: median(figures) for side, figures in memory.items()}
        except Failed as failure:
            self.failures.append(f"{self.name}, memory: {failure}")

    def bytes_per_connection(self, side):
        with Server(self.commands[side], self.options.server_cpu) as server:
            return round(server.bytes_per_connection(self.options.idle, size=self.options.size))

    def summary(self):
        """Medians over the pairs that nothing else disturbed, or over all if those are too few."""
        everything = [pair for pairs in self.rounds for pair in pairs]
        quiet = [[p for p in pairs if all(p[side]["quiet"] for side in SIDES)] for pairs in self.rounds]
        rounds = quiet if 3 * sum(map(len, quiet)) > len(everything) else self.rounds
        pairs = [pair for pairs in rounds for pair in pairs]
        return {
            "c_us": median([p["c"]["us"] for p in pairs]), "swift_us": median([p["swift"]["us"] for p in pairs]),
            "ratio": median([ratio(p) for p in pairs]),
            "ratio_of_rounds": sorted(round(median([ratio(p) for p in pairs]), 4) for pairs in rounds if pairs),
            "pairs": len(pairs), "disturbed": len(everything) - sum(map(len, quiet)),
            "c_bytes": self.memory.get("c"), "swift_bytes": self.memory.get("swift"),
            "lost": self.lost, "failures": self.failures,
        }


def ratio(pair):
    return pair["swift"]["us"] / pair["c"]["us"]


def measure(options, swift):
    comparisons = [Comparison(name, swift, options) for name in options.models]
    for number in range(1, options.rounds + 1):
        for comparison in comparisons:
            say(f"round {number} of {options.rounds}, {comparison.name}: {comparison.round()}")
    for comparison in comparisons:
        comparison.weigh()
        if comparison.memory:
            say(f"memory, {comparison.name}: " + ", ".join(f"{s} {b:,} B" for s, b in comparison.memory.items()))
    return {comparison.name: comparison.summary() for comparison in comparisons}


def table(models, unit, other):
    head = ["model", f"C us/{unit}", f"{other} us/{unit}", "ratio", "of rounds", "C B/conn", f"{other} B/conn", "more"]
    rows = [head]
    for name, m in models.items():
        cpu = ["-"] * 4
        if m["pairs"]:
            spread = f"{m['ratio_of_rounds'][0]:.2f}..{m['ratio_of_rounds'][-1]:.2f}"
            cpu = [f"{m['c_us']:.2f}", f"{m['swift_us']:.2f}", f"{m['ratio']:.3f}", spread]
        memory = ["-"] * 3
        if m["c_bytes"] is not None:
            memory = [f"{m['c_bytes']:,.0f}", f"{m['swift_bytes']:,.0f}", f"{m['swift_bytes'] - m['c_bytes']:+,.0f}"]
        rows.append([name, *cpu, *memory])
    return markdown(rows)


def signed_size(size):
    return f"{size:+d} B" if abs(size) < 1024 else f"{size / 1024:+.1f} KiB"


def write_chart(path, models, options, other, about):
    rows = []
    for name, m in models.items():
        if m["pairs"]:
            note = f"C {m['c_us']:.2f} us, {other} {m['swift_us']:.2f} us"
            if m["c_bytes"] is not None:
                note += f"; {signed_size(m['swift_bytes'] - m['c_bytes'])}/conn"
            rows.append((name, m["ratio"], *m["ratio_of_rounds"][:1], *m["ratio_of_rounds"][-1:], note))
    unit = "connection" if options.churn else "message"
    load = f"{options.conns} connections (iterative: 1) x {options.size} B"
    if options.churn:
        load = f"{options.conns} connections at a time, each for one echo of {options.size} B"
    subtitle = f"{load}, median and range of {options.rounds} rounds"
    subtitle += f"; {about['processor']}, Linux {about['kernel'].split('-')[0]}"
    path.write_text(chart.draw(f"Echo servers: CPU time per {unit}, {other} / C", subtitle, "C = 1", rows))


def remarks(models):
    """What a reader of the numbers should know, although it is no failure."""
    lost = [f"{name}: {m['lost']} datagrams lost" for name, m in models.items() if m["lost"]]
    disturbed = sum(m["disturbed"] for m in models.values())
    return lost + ([f"{disturbed} pairs of turns were disturbed by other work on the processor"] if disturbed else [])


def main():
    options = arguments()
    cpus = sorted(os.sched_getaffinity(0))
    options.server_cpu, options.client_cpu = cpus[-1], cpus[0] if options.two_cpus else cpus[-1]
    build_c()
    swift = None if options.itself else build_swift("echo-servers")
    models, about = measure(options, swift), machine()
    other, unit = "C" if options.itself else "Swift", "conn" if options.churn else "msg"
    settings = {k: str(v) if isinstance(v, pathlib.Path) else v for k, v in vars(options).items() if k != "results"}
    report = {"machine": about, "settings": settings, "models": models}
    stem = ("itself" if options.itself else "servers") + ("-churn" if options.churn else "")
    options.results.mkdir(parents=True, exist_ok=True)
    write_chart(options.results / f"{stem}.svg", models, options, other, about)
    (options.results / f"{stem}.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2) if options.json else table(models, unit, other))
    say(f"chart: {options.results / stem}.svg")
    failures = [f for m in models.values() for f in m["failures"]]
    for text in failures + remarks(models):
        say(text)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
