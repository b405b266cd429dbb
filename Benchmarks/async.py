#!/usr/bin/env python3
"""Compares the servers of AsyncSockets, on each engine, with C programs on epoll and on io_uring, and with bare tasks.

All servers of a scenario run in the same rounds, started afresh for each, and take turns of a tenth of a second on one
processor, each with its own client on the same one; the order changes from turn to turn. The figure is the CPU time of the
server for one message (connection, datagram, MB): user and system, read from outside. The ratio is the median, over all
turns, of the server / C epoll in the same turn, or C io_uring where that is said; the range is of the medians of rounds.
Rates and latencies mean nothing that way, and none is printed. Every byte is compared. A turn during which somebody else
used the processor is left out, unless fewer than a third of a server's turns would remain.

What else is measured: what io_uring's features are worth in C; memory of 5,000 idle connections; CPU time of 100,000 timers; allocations, system calls and
instructions for one message. Tables go to the standard output, results/async.json keeps all numbers, results/async-*.svg are
the charts, and --document puts the tables into Documentation/Performance.md.

8,000 connections with 16 KiB each are left out: what is on the way would be beyond the memory that the kernel gives TCP.

Exit status: 0, or 1 if a byte was wrong, a connection broke, or a server failed.
"""
import argparse
import json
import os
import pathlib
import random
import sys
from contextlib import ExitStack

import report
import weights
from harness import C_PROGRAMS, Failed, HERE, Server, build_c, build_swift, build_variant, machine, median, say
from subjects import BASELINE, RING_BASELINE, RING_VARIANTS, SCENARIOS, SUBJECTS, VARIANT_SCENARIOS, taking_part

# What server and client must at least have had of their processor for a turn to count as undisturbed.
QUIET = 0.97
# Rounds in which thousands of connections are made to each server.
MOST_HEAVY_ROUNDS = 3
PARTS = ("cpu", "variants", "memory", "timers", "allocations", "calls", "instructions")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default=",".join(PARTS), help=f"some of {','.join(PARTS)}")
    every = ",".join(s.name for s in SCENARIOS)
    parser.add_argument("--scenarios", help=f"some of {every} (all; with --quick those below 5,000 connections)")
    parser.add_argument("--engines", default="poll,epoll,ring", help="some of %(default)s; C and bare tasks always take part")
    parser.add_argument("--rounds", type=int, help="rounds, each of which starts all servers (5)")
    parser.add_argument("--turns", type=int, help="turns of each server in a round (6)")
    parser.add_argument("--seconds", type=float, help="measured time of a turn (0.1)")
    parser.add_argument("--quick", action="store_true", help="2 rounds of few short turns, and less of the rest")
    parser.add_argument("--update", action="store_true", help="keep the figures of the last run that are not measured now")
    parser.add_argument("--document", action="store_true", help="put the tables into Documentation/Performance.md")
    parser.add_argument("--draw", action="store_true", help="measure nothing: tables and charts of the last run")
    parser.add_argument("--results", type=pathlib.Path, default=HERE / "results", help="where charts and JSON go")
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.quick else 5)
    options.turns = options.turns or (4 if options.quick else 6)
    options.seconds = options.seconds or (0.05 if options.quick else 0.1)
    options.scenarios = options.scenarios or ",".join(s.name for s in SCENARIOS if not (options.quick and s.is_heavy))
    for name, known in (("parts", PARTS), ("scenarios", [s.name for s in SCENARIOS]), ("engines", ["poll", "epoll", "ring"])):
        words = getattr(options, name).split(",")
        unknown = [word for word in words if word not in known]
        if unknown:
            parser.error(f"no such {name}: {', '.join(unknown)}; there are {', '.join(known)}")
        setattr(options, name, words)
    return options


class Comparison:
    """All servers of one scenario."""

    def __init__(self, scenario, commands, options):
        self.scenario, self.commands, self.options = scenario, commands, options
        self.rounds = []  # lists of turns, in each of which every server was measured once
        self.failures = []
        self.lost = {}

    def round(self):
        with ExitStack() as stack:
            loads = {name: load for name in self.commands if (load := self.start(stack, name))}
            turns = []
            # Turns with thousands of connections are long ones.
            for _ in range(self.options.turns if not self.scenario.is_heavy else max(2, self.options.turns // 2)):
                order = random.sample(list(loads), len(loads))
                turns.append({name: turn for name in order if (turn := self.turn(name, loads[name]))})
            self.rounds.append(turns)
        base = median([turn[BASELINE]["us"] for turn in turns if BASELINE in turn])
        return f"{BASELINE} {base:.2f} us" if base else "failed"

    def fail(self, name, failure):
        self.failures.append(f"{self.scenario.name}, {name}: {failure}")

    def start(self, stack, name):
        scenario, cpu = self.scenario, self.options.cpu
        settings = {"conns": scenario.conns, "size": scenario.size, **scenario.seconds(self.options.seconds)}
        try:
            server = stack.enter_context(Server(self.commands[name], cpu, scenario.mode == "udp"))
            if scenario.beside:
                idle = stack.enter_context(server.load("idle", cpu, conns=scenario.beside, size=64))
                idle.result()
            return stack.enter_context(server.load(scenario.mode, cpu, **settings))
        except Failed as failure:
            return self.fail(name, failure)

    def turn(self, name, load):
        try:
            result = load.slice()
        except Failed as failure:
            return self.fail(name, failure)
        if not result["server_cpu_ns"]:
            return None  # somebody else had the processor all the time, and the messages are old ones
        self.lost[name] = max(self.lost.get(name, 0), result["lost"])
        used = (result["server_cpu_ns"] + result["client_cpu_ns"]) / 1e9 / result["seconds"]
        units = result["messages"] * self.scenario.units_per_message
        return {"us": result["server_cpu_ns"] / 1000 / units, "quiet": used > QUIET}

    def ratios(self, name, base):
        """Rounds of ratios, of the undisturbed turns if those are enough."""
        rounds = [[(t[name], t[base]) for t in turns if name in t and base in t] for turns in self.rounds]
        quiet = [[pair for pair in pairs if all(x["quiet"] for x in pair)] for pairs in rounds]
        enough = 3 * sum(map(len, quiet)) > sum(map(len, rounds))
        return [[one["us"] / other["us"] for one, other in pairs] for pairs in (quiet if enough else rounds) if pairs]

    def summary(self):
        figures = {}
        for name in self.commands:
            turns = [turn[name] for turns in self.rounds for turn in turns if name in turn]
            rounds = self.ratios(name, BASELINE)
            if not turns or not rounds:
                continue
            quiet = [turn["us"] for turn in turns if turn["quiet"]]
            figures[name] = {
                "us": median(quiet if 3 * len(quiet) > len(turns) else [turn["us"] for turn in turns]),
                "ratio": median(sum(rounds, [])), "of_rounds": sorted(round(median(r), 4) for r in rounds),
                "turns": len(turns), "disturbed": len(turns) - len(quiet), "lost": self.lost.get(name, 0),
            }
            if RING_BASELINE in self.commands and name.startswith("ring"):
                figures[name]["ratio_to_ring"] = median(sum(self.ratios(name, RING_BASELINE), []))
        return figures


def compare(scenarios, options, rounds, commands):
    """Figures by scenario, and what failed. `commands` answers how the servers of a scenario are started."""
    comparisons = [Comparison(scenario, commands(scenario), options) for scenario in scenarios]
    for number in range(1, rounds + 1):
        for comparison in comparisons:
            if not comparison.scenario.is_heavy or number <= MOST_HEAVY_ROUNDS:
                say(f"round {number} of {rounds}, {comparison.scenario.name}: {comparison.round()}")
    failures = sorted({text for comparison in comparisons for text in comparison.failures})
    return {c.scenario.name: c.summary() for c in comparisons}, failures


def measure_cpu(options, subjects, async_echo):
    scenarios = [s for s in SCENARIOS if s.name in options.scenarios]
    return compare(scenarios, options, options.rounds, lambda scenario: taking_part(scenario, subjects, async_echo))


def measure_variants(options):
    commands = {BASELINE: [C_PROGRAMS / "echo_epoll"]}
    commands |= {name: [build_variant("echo_uring", **macros)] for name, macros in RING_VARIANTS.items()}
    scenarios = [s for s in SCENARIOS if s.name in VARIANT_SCENARIOS]
    return compare(scenarios, options, 1 if options.quick else options.rounds, lambda scenario: commands)


def measure(options):
    subjects = [s for s in SUBJECTS if s.is_yardstick or s.engine in options.engines]
    build_c()
    programs = {name: build_swift(name) for name in ("async-echo", "async-timers")}
    kept = last_run(options) if options.update else {}
    results = {"machine": machine(), "settings": {"rounds": options.rounds, "seconds": options.seconds, "turns": options.turns}}
    failures = []
    for part in PARTS:
        before = kept.get(part, {})
        found, failed = {}, []
        if part == "cpu" and part in options.parts:
            found, failed = measure_cpu(options, subjects, programs["async-echo"])
        elif part == "variants" and part in options.parts:
            found, failed = measure_variants(options)
        elif part in options.parts:
            found, failed = weights.measure(part, subjects, programs, options)
        results[part] = {**before, **found}
        failures += failed
    return results, failures


def last_run(options):
    path = options.results / "async.json"
    return json.loads(path.read_text()) if path.exists() else {}


def main():
    options = arguments()
    options.cpu = max(os.sched_getaffinity(0))
    results, failures = (last_run(options), []) if options.draw else measure(options)
    if not results:
        sys.exit("there is no last run")
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "async.json").write_text(json.dumps(results, indent=1) + "\n")
    report.write_charts(results, options.results)
    print(report.text(results))
    if options.document:
        report.document(results, HERE.parent / "Documentation" / "Performance.md")
    for failure in failures + report.remarks(results):
        say(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
