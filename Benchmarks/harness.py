"""Builds, starts, loads and weighs echo servers. Used by all scripts of this folder."""
import json
import os
import pathlib
import platform
import random
import resource
import signal
import socket
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
C_PROGRAMS = HERE / ".build" / "c"
LOADGEN = C_PROGRAMS / "loadgen"


# The C twin and the load of each model. One client at a time is all an iterative server can play ping-pong with.
MODELS = {
    "iterative": {"c": "echo_iterative", "most": 1},
    "fork": {"c": "echo_fork"},
    "thread": {"c": "echo_thread"},
    "thread-stack": {"c": "echo_thread"},
    "select": {"c": "echo_select"},
    "poll": {"c": "echo_poll"},
    "epoll": {"c": "echo_epoll"},
    "udp": {"c": "udp_echo", "udp": True},
}

# Servers on tasks, with the arguments of async-echo. The C twin makes the same calls.
ASYNC_MODELS = {
    "async-poll": {"c": "echo_poll", "swift": ["poll"]},
    "async-epoll": {"c": "echo_edge", "swift": ["epoll"]},
    "async-epoll-lent": {"c": "echo_edge", "swift": ["epoll", "lent"]},
    "async-epoll-udp": {"c": "udp_epoll", "swift": ["epoll", "udp"], "udp": True},
    "async-ring": {"c": "echo_uring", "swift": ["ring"]},
    "async-ring-lent": {"c": "echo_uring", "swift": ["ring", "lent"]},
}


# More than any measurement has connections.
MOST_DESCRIPTORS = 16384


def end_in_order(*_):
    """Somebody's patience is over: servers and clients are to end with the script."""
    sys.exit(143)


signal.signal(signal.SIGTERM, end_in_order)


class Failed(Exception):
    """A measurement that has no result; the text says why."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def build_c():
    say("building the C programs")
    command = ["make", "--silent", "-C", HERE / "c", f"BUILD={C_PROGRAMS}"]
    if subprocess.run(command, stdout=sys.stderr).returncode != 0:
        sys.exit("the C programs do not build")


def build_variant(program, **macros):
    """A C program compiled with other macros than usual, and answers where it is."""
    target = C_PROGRAMS / "-".join([program, *(f"{name}-{value}" for name, value in macros.items())])
    defines = [f"-D{name}={value}" for name, value in macros.items()]
    subprocess.run(["cc", "-std=c11", "-O2", *defines, HERE / "c" / f"{program}.c", "-o", target], check=True)
    return target


def build_swift(product):
    """Builds one Swift product and answers where it is."""
    say(f"building {product}")
    # As servers are deployed: with the runtime in the program. Valgrind gives up on debug information that is newer than itself.
    command = ["swift", "build", "-c", "release", "--static-swift-stdlib", "-debug-info-format", "none"]
    command += ["--package-path", str(HERE), "--product", product]
    if subprocess.run(command, stdout=sys.stderr).returncode != 0:
        sys.exit(f"{product} does not build")
    return pathlib.Path(HERE, ".build", "release", product)


def chosen_models(parser, names, without=()):
    """The models that the command line names: `servers`, `async`, or single ones."""
    every = {**MODELS, **ASYNC_MODELS}
    groups = {"servers": [x for x in MODELS if x not in without], "async": [x for x in ASYNC_MODELS if x not in without]}
    chosen = [name for word in names.split(",") for name in groups.get(word, [word])]
    unknown = [name for name in chosen if name not in every]
    if unknown:
        parser.error(f"no such model: {', '.join(unknown)}; there are {', '.join(every)}")
    return {name: every[name] for name in chosen}


def build_products(models):
    """Builds what the models need of Swift, and answers where it is."""
    wanted = {"async-echo" if "swift" in model else "echo-servers" for model in models.values()}
    return {product: build_swift(product) for product in sorted(wanted)}


def commands(name, model, products):
    """How the C twin and the Swift server are started; they lack only the port."""
    if "swift" in model:
        return [C_PROGRAMS / model["c"]], [products["async-echo"], "{port}", *model["swift"]]
    return [C_PROGRAMS / model["c"]], [products["echo-servers"], name]


def first_line(*command):
    try:
        text = subprocess.run(command, capture_output=True, text=True).stdout
    except OSError:
        return "unknown"
    return text.splitlines()[0] if text else "unknown"


def machine():
    """What a reader has to know about the machine to judge the numbers."""
    models = [x.split(":", 1)[1].strip() for x in open("/proc/cpuinfo") if x.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(),
        "processors": os.cpu_count(),
        "kernel": platform.release(),
        "c": first_line("cc", "--version"),
        "swift": first_line("swift", "--version"),
    }


def free_port():
    """A port below the range from which the kernel takes the ports of clients."""
    while True:
        port = random.randrange(20000, 32000)
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as s:
                    s.bind(("127.0.0.1", port))
            return port
        except OSError:
            continue


def answers_tcp(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def answers_udp(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(0.2)
        try:
            s.connect(("127.0.0.1", port))
            s.send(b"hello")
            return s.recv(16) == b"hello"
        except OSError:
            return False


class Server:
    """A server in its own process group, from `with` to its end. The port follows `command`, or stands for its {port}."""

    def __init__(self, command, cpu=None, udp=False, environment=None):
        self.command, self.cpu = [str(x) for x in command], cpu
        self.environment = {**os.environ, **(environment or {})}
        self.answers = answers_udp if udp else answers_tcp

    def prepare(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, MOST_DESCRIPTORS), hard))
        if self.cpu is not None:
            os.sched_setaffinity(0, {self.cpu})

    def __enter__(self):
        self.port = free_port()
        command = self.command if "{port}" in self.command else [*self.command, "{port}"]
        command = [str(self.port) if word == "{port}" else word for word in command]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=self.prepare, env=self.environment
        )
        self.pid = self.process.pid
        deadline = time.monotonic() + 10
        while not self.answers(self.port):
            ended = self.process.poll()
            if ended is not None or time.monotonic() > deadline:
                self.__exit__()
                raise Failed(f"{self.command[0]} " + ("does not answer" if ended is None else f"ended with {ended}"))
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def load(self, mode, cpu=None, **settings):
        return Load([mode, self.port, f"pid={self.pid}", *(f"{name}={value}" for name, value in settings.items())], cpu)

    def resident_with(self, conns, **settings):
        """The server's memory while it holds idle connections, each of which has had one echo."""
        with self.load("idle", conns=conns, **settings) as load:
            load.result()
            time.sleep(0.2)
            resident = resident_bytes(self.pid)
        time.sleep(0.2)
        return resident

    def bytes_per_connection(self, count, **settings):
        """How much the server grows by `count` idle connections after the first, which also makes what is made once."""
        few = self.resident_with(1, **settings)
        return (self.resident_with(count + 1, **settings) - few) / count


class Load:
    """A load generator, from `with` to its end."""

    def __init__(self, words, cpu):
        self.words, self.cpu = words, cpu

    def __enter__(self):
        pin = None if self.cpu is None else lambda: os.sched_setaffinity(0, {self.cpu})
        self.process = subprocess.Popen(
            [LOADGEN, *map(str, self.words)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=pin,
        )
        return self

    def __exit__(self, *_):
        try:
            self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def slice(self):
        """Lets it work for one measured time."""
        try:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # result() knows why
        return self.result()

    def result(self):
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            raise Failed(self.process.stderr.read().strip() or f"the load generator ended with {status}")
        result = json.loads(line)
        for trouble in ("wrong_bytes", "broken"):
            if result[trouble]:
                raise Failed(f"{trouble.replace('_', ' ')}: {result[trouble]}")
        if not result["messages"]:
            raise Failed("nothing came back")
        return result


def family(root):
    """The process and all its descendants."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                pass  # it has just ended
    members, newcomers = {root}, {root}
    while newcomers:
        newcomers = {child for child, parent in parents.items() if parent in newcomers}
        members |= newcomers
    return members


def resident_bytes(root):
    """Memory that a process and its descendants have to themselves; pages that several of them share count once.

    Pages of program files are left out: they would count less whenever any other program uses the same library.
    """
    total = 0
    for process in family(root):
        try:
            for line in open(f"/proc/{process}/smaps_rollup"):
                if line.startswith("Pss_Anon:"):
                    total += int(line.split()[1]) * 1024
        except OSError:
            pass
    return total


def markdown(rows):
    """A table whose columns are padded, so that it is readable before it is rendered."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    rule = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    justified = [[row[0].ljust(widths[0])] + [x.rjust(w) for x, w in zip(row[1:], widths[1:])] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in [justified[0], rule, *justified[1:]])


def median(values):
    return statistics.median(values) if values else None
