"""The languages: how a sample becomes a program, and how that is run."""
import os
import pathlib
import shutil
import subprocess
import typing

SAMPLES = pathlib.Path(__file__).resolve().parents[1]
IN_EVERY_LANGUAGE = ("client", "server", "datagram", "datagram-server")
WITH_UNIX_SOCKETS = (*IN_EVERY_LANGUAGE, "unix")


class Language(typing.NamedTuple):
    name: str
    compiler: str
    package: str  # Debian's, for the compiler
    samples: tuple
    build: typing.Callable | None  # the command that makes a program of a sample
    run: typing.Callable  # the command that runs a sample's program with an argument
    folder: pathlib.Path = SAMPLES
    environment: dict = {}

    @property
    def is_installed(self):
        return shutil.which(self.compiler) is not None

    def builds(self, sample):
        if self.build is None:
            return True
        environment = {**os.environ, **self.environment}
        return subprocess.run(self.build(sample), cwd=self.folder, env=environment).returncode == 0


def languages(prefix, library, out):
    """All of them, against the shim installed at `prefix`; the programs go to `out`."""
    flags = [f"-I{prefix}/include", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    link = [f"-L{prefix}/lib", "-lcsocketshim", f"-Wl,-rpath,{prefix}/lib"]
    rust = ["-L", f"{prefix}/lib", "-C", f"link-arg=-Wl,-rpath,{prefix}/lib"]
    go = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOCACHE": f"{out}/go-cache", "CGO_ENABLED": "1",
          "CGO_LDFLAGS": " ".join(link), "CGO_CFLAGS": f"-I{prefix}/include"}

    def binary(language):
        return lambda sample, argument: [f"{out}/{language}-{sample}", argument]

    return [
        Language("C", "gcc", "gcc", WITH_UNIX_SOCKETS,
                 lambda sample: ["gcc", "-std=c11", *flags, f"{sample}.c", "-o", f"{out}/c-{sample}", *link],
                 binary("c")),
        Language("C++", "g++", "g++", IN_EVERY_LANGUAGE,
                 lambda sample: ["g++", "-std=c++17", *flags, f"{sample}.cpp", "-o", f"{out}/cpp-{sample}", *link],
                 binary("cpp")),
        Language("Python", "python3", "python3", WITH_UNIX_SOCKETS, None,
                 lambda sample, argument: ["python3", SAMPLES / f"{sample}.py", argument, library]),
        Language("Rust", "rustc", "rustc", IN_EVERY_LANGUAGE,
                 lambda sample: ["rustc", "--edition=2021", "-Dwarnings", f"{sample}.rs", "-o", f"{out}/rust-{sample}",
                                 *rust],
                 binary("rust")),
        Language("Go", "go", "golang-go", IN_EVERY_LANGUAGE,
                 lambda sample: ["go", "build", "-o", f"{out}/go-{sample}", f"./{sample}".removesuffix("client")],
                 binary("go"), SAMPLES / "go", go),
    ]
