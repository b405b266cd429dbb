"""What async.py measures besides CPU time: memory, timers, allocations, system calls, instructions."""
import mmap
import os
import struct
import subprocess
import tempfile

import instructions
import syscalls
from harness import C_PROGRAMS, Failed, Server, median, say
from subjects import LARGE_BUFFER, SMALL_BUFFER, Scenario, taking_part

IDLE, TIMERS, MESSAGES = 5000, 100_000, 100_000


def measure(part, subjects, programs, options):
    """Figures by name, and what failed."""
    found, failures = {}, []
    for name, work in WORK[part](subjects, programs, options):
        say(f"{part}, {name}")
        try:
            found[name] = work()
        except (Failed, OSError, subprocess.SubprocessError) as failure:
            failures.append(f"{part}, {name}: {failure}")
    return found, failures


def servers(subjects, programs, kind="echo", size=64):
    return taking_part(Scenario("64x64", "", kind=kind, size=size), subjects, programs["async-echo"])


# Memory

def memory(subjects, programs, options):
    starts = 1 if options.quick else 3

    def weigh(name, command):
        figures = []
        for _ in range(starts):
            with Server(command, options.cpu) as server:
                figures.append(server.bytes_per_connection(IDLE, size=64))
        # What the plain handler allocates for itself.
        has_buffer = not name.startswith("C ") and not name.endswith("lent")
        return {"bytes": round(median(figures)), "own": round(median(figures)) - (SMALL_BUFFER if has_buffer else 0)}

    for name, command in servers(subjects, programs).items():
        if not name.endswith("limit"):
            yield name, lambda: weigh(name, command)


# Timers

def cpu_seconds(command, cpu):
    child = subprocess.Popen([str(x) for x in command], preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if status != 0:
        raise Failed(f"{command[0]} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime


def timers(subjects, programs, options):
    runs = 1 if options.quick else 3
    sides = {"C": [C_PROGRAMS / "timers"]}
    sides |= {engine: [programs["async-timers"], engine] for engine in options.engines}

    more = 1 if options.quick else 2

    def nanoseconds(command, action):
        """Without the first round: start-up and the memory that is made once cancel."""
        figures = []
        for _ in range(runs):
            few, many = (cpu_seconds([*command, action, TIMERS, rounds], options.cpu) for rounds in (1, 1 + more))
            figures.append((many - few) * 1e9 / (more * TIMERS))
        return median(figures)

    for name, command in sides.items():
        yield name, lambda: {action: nanoseconds(command, action) for action in ("expire", "cancel")}


# Allocations

def allocations(subjects, programs, options):
    def count(command, mode, size):
        with tempfile.NamedTemporaryFile() as file:
            environment = {"LD_PRELOAD": str(C_PROGRAMS / "malloccount.so"), "MALLOCCOUNT": file.name}
            with Server(command, options.cpu, mode == "udp", environment) as server:
                settings = {"conns": 1 if mode == "bulk" else 64, "size": size, "seconds": 0.5, "warmup": 0.1}
                with server.load(mode, options.cpu, **settings) as load, open(file.name, "rb") as counted:
                    load.slice()  # what is made once
                    page = mmap.mmap(counted.fileno(), 8, prot=mmap.PROT_READ)
                    before, messages = struct.unpack("Q", page)[0], 0
                    while messages < (MESSAGES if mode != "bulk" else MESSAGES // 10):
                        messages += load.slice()["messages"]
                    return {"messages": messages, "allocations": struct.unpack("Q", page)[0] - before}

    loads = (("pingpong", "echo"), ("udp", "udp"), ("bulk", "echo"))
    for mode, kind in loads[: 2 if options.quick else 3]:
        size = LARGE_BUFFER if mode == "bulk" else 64
        for name, command in servers(subjects, programs, kind, size).items():
            label = {"pingpong": name, "udp": f"{name}, UDP", "bulk": f"{name}, bulk"}[mode]
            yield label, lambda: count(command, mode, size)


# System calls

def calls(subjects, programs, options):
    for kind, suffix in (("echo", ""), ("udp", ", UDP")):
        for name, command in servers(subjects, programs, kind).items():
            for conns in (64,) if options.quick else (1, 64):
                label = f"{name}{suffix}, {conns}"
                yield label, lambda: syscalls.calls_per_message(command, kind == "udp", conns)


# Instructions

def counted(subjects, programs, options):
    for kind, suffix in (("echo", ""), ("udp", ", UDP")):
        for name, command in servers(subjects, programs, kind).items():
            # Valgrind knows too little of io_uring.
            if name.startswith("ring") or name == "C io_uring":
                continue
            model = {"udp": kind == "udp"}
            yield name + suffix, lambda: {
                "instructions": round(sum(instructions.instructions_per_message(command, model).values()))}


WORK = {"memory": memory, "timers": timers, "allocations": allocations, "calls": calls, "instructions": counted}
