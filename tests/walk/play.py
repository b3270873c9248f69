"""Walks: starts what `make run` starts, types at its prompt, runs commands beside it, and keeps what a person sees.

Both programs are the real ones, in processes of their own, with their output in a pipe as wide as a page.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.walk.script import Stop

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 90
WIDTH = "100"


@dataclass(frozen=True)
class Seen:
    """What came of a stop: what the first terminal said meanwhile, what the command said, and its exit code."""

    stop: Stop
    terminal: tuple[str, ...]
    output: tuple[str, ...]
    code: int


class Stalled(Exception):
    """What was waited for did not come. The text has what came instead."""


class Terminal:
    """The first terminal, in which `make run` stays up."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._lines.append(line.rstrip())

    def ended(self) -> None:
        self._reader.join()

    def __len__(self) -> int:
        return len(self._lines)

    def type(self, words: str) -> None:
        if self._process.stdin is None:
            raise Stalled("the terminal takes no input")
        self._process.stdin.write(words + "\n")
        self._process.stdin.flush()

    def until(self, pattern: str, since: int) -> tuple[str, ...]:
        """All lines since then, when one of them matches. Lines that go on in the next one count together."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            lines = self._lines[since:]
            if re.search(pattern, " ".join(line.strip() for line in lines)):
                return tuple(lines)
            if self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise Stalled(
            f"{pattern!r} did not come within {PATIENCE_S} s, but: " + "\n".join(self._lines[since:])
        )


@contextmanager
def made_run() -> Iterator[Terminal]:
    """`make run ARGS=--calm`, without the set-up that comes first."""
    with subprocess.Popen(
        [sys.executable, "-m", "simulator.demo", "--keep", "--calm"],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": WIDTH},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        terminal = Terminal(process)
        try:
            yield terminal
            terminal.type("quit")
            process.wait(30)
        finally:
            process.kill()
            terminal.ended()


def walk(stops: Sequence[Stop], directory: Path) -> Iterator[Seen]:
    """All stops, one after the other. `directory` is where commands run and their files lie. Raises `Stalled`."""
    with made_run() as terminal:
        lines = terminal.until(r"settings +/\S+.*quit", 0)
        settings = next(line.split()[-1] for line in lines if line.startswith("settings "))
        for stop in stops:
            yield _at(stop, terminal, directory, Path(settings))


def _at(stop: Stop, terminal: Terminal, directory: Path, settings: Path) -> Seen:
    since, policy = len(terminal), settings.with_name("policy.yaml")
    for name, text in stop.files:
        (directory / name).write_text(text)
    if stop.edits:
        text = policy.read_text()
        for before, after in stop.edits:
            text = text.replace(before, after)
        (directory / stop.copy if stop.copy else policy).write_text(text)
    if stop.typed:
        terminal.type(stop.typed)
    output, code = _run(stop.command, directory, settings) if stop.command else ((), 0)
    end = time.monotonic() + PATIENCE_S
    while (
        stop.settles and any(told not in "\n".join(output) for told in stop.tells) and time.monotonic() < end
    ):
        time.sleep(1)
        output, code = _run(stop.command, directory, settings)
    if code != stop.code:
        raise Stalled(f"`{stop.command}` ended with {code}: " + "\n".join(output))
    told = terminal.until(stop.seen, since) if stop.seen else ()
    return Seen(stop, told, output, code)


def _run(command: str, directory: Path, settings: Path) -> tuple[tuple[str, ...], int]:
    done = subprocess.run(
        [sys.executable, "-m", "cli", "--settings", str(settings), *shlex.split(command)],
        cwd=directory,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": WIDTH},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return tuple((done.stdout + done.stderr).rstrip().splitlines()), done.returncode
