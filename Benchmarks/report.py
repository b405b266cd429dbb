"""Tables and charts of what async.py measured."""
import re

import chart
from harness import markdown
from subjects import BASELINE, RING_BASELINE, RING_VARIANTS, SCENARIOS, SUBJECTS

NAMES = [s.name for s in SUBJECTS]
YARDSTICKS = [s.name for s in SUBJECTS if s.is_yardstick]
PLAIN_NAMES = [name for name in NAMES if not name.endswith("limit")]
IDLE_LIMIT = 2560  # bytes a connection, the aim


def number(value, digits=2):
    return "-" if value is None else f"{value:,.{digits}f}"


def measured(results):
    """Scenarios that have figures, with these."""
    return [(s, results["cpu"][s.name]) for s in SCENARIOS if results.get("cpu", {}).get(s.name)]


# Tables

def cpu_table(results):
    compared = [name for name in PLAIN_NAMES if name != BASELINE]
    rows = [["CPU time", f"{BASELINE}, us", *compared, "ring / C io_uring", "lent / C io_uring"]]
    for scenario, figures in measured(results):
        ratios = [number(figures.get(name, {}).get("ratio")) for name in compared]
        rings = [number(figures.get(name, {}).get("ratio_to_ring")) for name in ("ring", "ring lent")]
        unit = "" if scenario.unit == "message" else f", a {scenario.unit}"
        rows.append([scenario.about + unit, number(figures.get(BASELINE, {}).get("us")), *ratios, *rings])
    return rows


def growth_table(results):
    few, many = (results.get("cpu", {}).get(name, {}) for name in ("64x64", "8000x64"))
    both = [name for name in PLAIN_NAMES if name in few and name in many]
    return [["CPU time", *both], ["8,000 connections / 64", *(number(many[n]["us"] / few[n]["us"]) for n in both)]]


def limit_table(results):
    rows = [["64 B, each receive and send within 30 s", "without", "with a limit"]]
    for scenario, figures in measured(results):
        for engine in ("epoll", "ring"):
            if f"{engine} limit" in figures:
                both = [number(figures[name]["ratio"]) for name in (engine, f"{engine} limit")]
                rows.append([f"{engine}, {scenario.about}", *both])
    return rows


def variants_table(results):
    rows = [["C io_uring / C epoll", *RING_VARIANTS]]
    for scenario in SCENARIOS:
        figures = results.get("variants", {}).get(scenario.name, {})
        if figures:
            rows.append([scenario.about, *(number(figures.get(name, {}).get("ratio")) for name in RING_VARIANTS)])
    return rows


def memory_table(results):
    rows = [["memory of a connection", "bytes", "beyond the handler's buffer"]]
    for name, figures in results.get("memory", {}).items():
        rows.append([name, number(figures["bytes"], 0), number(figures["own"], 0)])
    return rows


def timers_table(results):
    rows = [["CPU time of a timer", "set, and expires, ns", "set and cancelled, ns"]]
    return rows + [[name, number(f["expire"], 0), number(f["cancel"], 0)] for name, f in results.get("timers", {}).items()]


def allocations_table(results):
    rows = [["server", "messages", "allocations", "a message"]]
    for name, f in results.get("allocations", {}).items():
        rows.append([name, number(f["messages"], 0), number(f["allocations"], 0), f"{f['allocations'] / f['messages']:.5f}"])
    return rows


WAITS = ("epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "io_uring_enter")
RECEIVES, SENDS = ("recvfrom", "recvmsg", "read"), ("sendto", "sendmsg", "write")


def calls_table(results):
    rows = [["server, connections", "receives", "sends", "waits and enters", "others", "messages a wait"]]
    for name, calls in results.get("calls", {}).items():
        sums = [sum(calls.get(call, 0) for call in kind) for kind in (RECEIVES, SENDS, WAITS)]
        others = sum(calls.values()) - sum(sums)
        batch = number(1 / sums[2], 1) if sums[2] else "-"
        rows.append([name, *(f"{rate:.2f}" for rate in sums[:2]), f"{sums[2]:.3f}", f"{max(0, others):.2f}", batch])
    return rows


def instructions_table(results):
    rows = [["server", "user instructions a message"]]
    return rows + [[name, number(f["instructions"], 0)] for name, f in results.get("instructions", {}).items()]


TABLES = {
    "cpu": cpu_table, "growth": growth_table, "limit": limit_table, "variants": variants_table, "memory": memory_table, "timers": timers_table,
    "allocations": allocations_table, "calls": calls_table, "instructions": instructions_table,
}


def about(results):
    m = results["machine"]
    kernel, c, swift = m["kernel"].split("-")[0], m["c"], m["swift"].split(" (")[0]
    return f"{m['processors']} processors of {m['processor']}, Linux {kernel}, {swift}, {c}."


def tables(results):
    made = {name: make(results) for name, make in TABLES.items()}
    return {name: markdown(rows) for name, rows in made.items() if len(rows) > 1 and len(rows[0]) > 1}


def text(results):
    return "\n\n".join([about(results), *tables(results).values()])


def document(results, path):
    """Puts each table between `<!-- NAME -->` and `<!-- /NAME -->`."""
    page = path.read_text()
    for name, table in {"machine": about(results), **tables(results)}.items():
        pattern = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not pattern.search(page):
            raise SystemExit(f"{path} has no place for the table {name}")
        page = pattern.sub(lambda match: f"{match[1]}\n{table}\n\n{match[2]}", page)
    path.write_text(page)


# Charts

CHARTS = {
    "async-64": ("messages of 64 B", ("1x64", "64x64", "1000x64", "8000x64")),
    "async-16k": ("messages of 16 KiB", ("1x16k", "64x16k", "1000x16k")),
    "async-other": ("connections, bulk, datagrams", ("churn", "churn+5000", "bulk", "upload", "download", "udp")),
}


def style(name):
    return "other" if name in YARDSTICKS else "bar"


def bars(figures):
    for name in PLAIN_NAMES:
        if name in figures:
            f = figures[name]
            note = f"{f['us']:,.2f} us"
            if "ratio_to_ring" in f:
                note += f"; of {RING_BASELINE}: {f['ratio_to_ring']:.2f}"
            yield name, f["ratio"], f["of_rounds"][0], f["of_rounds"][-1], note, style(name)


def subtitle(results):
    m = results["machine"]
    return f"median and range of {results['settings']['rounds']} rounds; {m['processor']}, Linux {m['kernel'].split('-')[0]}"


def write_charts(results, folder):
    found = dict((scenario.name, (scenario.about, figures)) for scenario, figures in measured(results))
    for stem, (what, names) in CHARTS.items():
        rows = []
        for name in names:
            if name in found:
                rows += [found[name][0], *bars(found[name][1])]
        if rows:
            title = f"Servers on tasks beside C, {what}: CPU time / {BASELINE}"
            drawing = chart.draw(title, subtitle(results), f"{BASELINE} = 1", rows, most=2.5, row_height=22)
            (folder / f"{stem}.svg").write_text(drawing)
    memory = results.get("memory", {})
    rows = [(name, f["own"], f["own"], f["own"], "", style(name)) for name, f in memory.items()]
    if rows:
        title = "Memory of an idle connection beyond the handler's buffer, in bytes"
        drawing = chart.draw(title, "median of the starts, at 5,000 connections", "2.5 KiB", rows,
                             at_even=IDLE_LIMIT, digits=0, row_height=26)
        (folder / "async-memory.svg").write_text(drawing)


def remarks(results):
    """What a reader of the numbers should know, although it is no failure."""
    lost = [f"{s.name}, {name}: {f['lost']} datagrams lost" for s, fs in measured(results) for name, f in fs.items() if f["lost"]]
    turns, disturbed = (sum(f[x] for _, fs in measured(results) for f in fs.values()) for x in ("turns", "disturbed"))
    return lost + ([f"{disturbed} of {turns} turns were disturbed by other work on the processor"] if disturbed else [])
