"""Programs as processes, none of which is waited for without a limit."""
import pathlib
import select
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[4]
PATIENCE = 30  # seconds, for programs that take a fraction of one


def swift_program(name):
    """A product of the package, built when it is not there."""
    path = ROOT / ".build" / "debug" / name
    if not path.exists():
        subprocess.run(["swift", "build", "--product", name], cwd=ROOT, check=True)
    return path


def outcome(command, bytes_in=b""):
    """What a program answered. Its status is text when it had to be ended."""
    try:
        return subprocess.run(command, input=bytes_in, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired as end:
        return subprocess.CompletedProcess(command, f"after {PATIENCE} s", end.stdout or b"", end.stderr or b"")


class Server:
    """A server as a process, which prints its address in its first line."""

    def __init__(self, command):
        # Without a buffer here, in which `communicate` would not find what came with the first line.
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        is_heard, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if is_heard else b""
        self.address = line.decode().strip().removeprefix("listening on ")
        self.port = self.address.rpartition(":")[2]

    def ask_to_stop(self):
        self.process.terminate()

    def end(self):
        """Its exit status, what it printed after its address, and its errors, once it and its children are gone."""
        try:
            output, errors = self.process.communicate(timeout=PATIENCE)
            return self.process.returncode, output.decode(), errors
        except subprocess.TimeoutExpired:
            self.process.kill()
            output, errors = self.process.communicate()
            return f"none after {PATIENCE} s", output.decode(), errors
