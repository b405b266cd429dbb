#!/usr/bin/env python3
"""What one call of the Sockets module costs besides the kernel's work, compared with the plain C call.

Both sides make the same calls on the same kinds of socket and check every result. For each side three totals of a whole
program are taken, for N and for 2N operations, and their difference is divided by N, so that start-up cancels:

  instructions  user instructions, by valgrind's callgrind
  allocations   malloc and its relatives, counted by a preloaded library
  system calls  by strace

An operation is one receive of 64 B, one send of 64 B, one receive that would block (in Swift nil, or in the row below
it a thrown error); the same by a `UnixStream` in place of a `Socket`; and for udp one send to an address and one receive
with the sender's address. These figures are exact: they do not depend on what else the machine does.

Exit status: 0, or 1 if a program failed or the two sides make a different number of system calls.
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile

import callgrind
from harness import C_PROGRAMS, Failed, build_c, build_swift, machine, markdown, say

CASES = (
    "receive", "send", "would-block", "would-block-thrown",
    "stream-receive", "stream-send", "stream-would-block-thrown", "udp",
)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default=",".join(CASES), help=f"some of {','.join(CASES)}")
    parser.add_argument("--count", type=int, default=100, help="N, at most 100: sockets hold no more unread (100)")
    parser.add_argument("--only-c", action="store_true", help="leave the Swift side out")
    parser.add_argument("--functions", action="store_true", help="also list the functions that the instructions are in")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    options.cases = options.cases.split(",")
    return options


def run(command, environment=None):
    done = subprocess.run([str(x) for x in command], capture_output=True, text=True, timeout=120, env=environment)
    if done.returncode != 0:
        raise Failed(f"{command[-3]} {command[-2]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stderr


def instructions(program):
    return int(re.search(r"Collected : (\d+)", run(callgrind.command(program, "/dev/null")))[1])


def instructions_by_function(program):
    with tempfile.NamedTemporaryFile("r") as profile:
        run(callgrind.command(program, profile.name))
        return callgrind.by_function(profile.name)


def print_functions(program, case, count):
    """Where the instructions of an operation are spent."""
    once, twice = (instructions_by_function([program, case, times]) for times in (count, 2 * count))
    say(callgrind.listing(callgrind.per_operation(once, twice, count)))


def allocations(program):
    text = run(["env", f"LD_PRELOAD={C_PROGRAMS / 'malloccount.so'}", *program])
    return int(re.search(r"allocations (\d+)", text)[1])


def system_calls(program):
    with tempfile.NamedTemporaryFile("r") as table:
        run(["strace", "-f", "-c", "-U", "calls,name", "-o", table.name, *program])
        return int(re.search(r"^\s*(\d+) total$", table.read(), re.MULTILINE)[1])


def per_operation(measure, program, case, count):
    once, twice = (measure([program, case, times]) for times in (count, 2 * count))
    return (twice - once) / count


def table(results, sides):
    rows = [["operation"]]
    for kind in ("instructions", "allocations", "system calls"):
        rows[0] += [f"{side} {kind}" for side in sides]
    for case, figures in results.items():
        rows.append([case] + [f"{figures[side][kind]:g}" for kind in figures[sides[0]] for side in sides])
    return markdown(rows)


def main():
    options = arguments()
    build_c()
    programs = {"C": C_PROGRAMS / "percall"}
    if not options.only_c:
        programs["Swift"] = build_swift("percall")
    kinds = {"instructions": instructions, "allocations": allocations, "system calls": system_calls}
    results, failures = {}, []
    for case in options.cases:
        say(f"counting {case}")
        try:
            results[case] = {
                side: {kind: per_operation(measure, program, case, options.count) for kind, measure in kinds.items()}
                for side, program in programs.items()
            }
            if options.functions:
                for program in programs.values():
                    print_functions(program, case, options.count)
        except Failed as failure:
            failures.append(str(failure))
            continue
        if len({figures["system calls"] for figures in results[case].values()}) > 1:
            failures.append(f"{case}: not the same number of system calls")
    report = {"machine": machine(), "count": options.count, "operations": results}
    print(json.dumps(report, indent=2) if options.json else table(results, list(programs)))
    for text in failures:
        say(text)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
