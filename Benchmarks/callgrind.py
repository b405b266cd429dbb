"""Reads what valgrind's callgrind counted."""
import re
import subprocess


def command(program, profile, *options):
    """Without random addresses, because the Swift runtime reads /proc/self/maps, and takes longer for some digits."""
    tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", *options]
    return [str(x) for x in ["setarch", "--addr-no-randomize", *tool, *program]]


def by_function(profile):
    """User instructions of each function of a profile."""
    annotate = ["callgrind_annotate", "--threshold=100", "--auto=no", profile]
    text = subprocess.run(annotate, capture_output=True, text=True, check=True).stdout
    totals = {}
    for number, function in re.findall(r"^ *([\d,]+) \([ \d.]+%\)  \S*?:(.+?)(?: \[[^]]*\])?$", text, re.MULTILINE):
        totals[function] = totals.get(function, 0) + int(number.replace(",", ""))
    return totals


def per_operation(few, many, operations):
    """What each function costs for one operation, when `many` has so many operations more than `few`."""
    return {function: (total - few.get(function, 0)) / operations for function, total in many.items()}


def listing(costs, least=0.5):
    """The functions by cost, with the names as Swift writes them."""
    dearest = sorted((cost, name) for name, cost in costs.items() if cost >= least)[::-1]
    names = "\n".join(f"{cost:8.1f}  {name}" for cost, name in dearest)
    return subprocess.run(["swift", "demangle", "--simplified"], input=names, capture_output=True, text=True).stdout
