"""`policy check`: is this file a policy, and is it wise?

Faults make a file that is not obeyed, so they are told all at once, each with the line that it is in, what was found
and what is allowed. Advice is about files that are valid but that an operator may regret, with the published incident
in which somebody did; it never changes the exit code. It asks no storage and no Azure: it can run in a build.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import structs
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from cli.speech import console, grid, rows, say, say_json, styled
from shared.decide.foresee import foresee
from shared.desk.words import counted
from shared.policy.advice import Advice
from shared.policy.beside import read_policy_file
from shared.policy.faults import Fault, PolicyError
from shared.policy.lint import lint
from shared.policy.load import load
from shared.policy.schema import Policy

WINDOW = 30  # characters of a long line that are shown before the place of the fault, at most
GUTTER = 8  # columns that the line number takes


def check_policy(file: Path, as_json: bool, now: datetime) -> bool:
    """Tell everything about the policy in `file`, and what its schedules come to in the year from now on; whether it
    has no fault. `OSError` when it cannot be read."""
    raw = read_policy_file(file)
    try:
        policy = load(raw, str(file))
    except PolicyError as error:
        tell_faults(file, raw, error.faults, as_json)
        return False
    advice = lint(policy, foresee(policy, now))
    if as_json:
        say_json(_as_data(file, (), advice))
    else:
        _show_policy(file, policy)
        _show_advice(advice)
    return True


def tell_faults(file: Path, raw: bytes, faults: tuple[Fault, ...], as_json: bool) -> None:
    """Each fault with its line of the file, whose content is `raw`, and what follows for the file."""
    if as_json:
        say_json(_as_data(file, faults, ()))
    else:
        _show_faults(file, faults, _lines(raw))


def _as_data(file: Path, faults: tuple[Fault, ...], advice: tuple[Advice, ...]) -> dict[str, Any]:
    return {
        "file": str(file),
        "is_valid": not faults,
        "faults": [structs.asdict(fault) for fault in faults],
        "advice": [structs.asdict(piece) for piece in advice],
    }


def _show_faults(file: Path, faults: tuple[Fault, ...], lines: list[str]) -> None:
    out = console()
    for fault in faults:
        where = f"{file}:{fault.line}:{fault.column}"
        out.print(styled((where, "bold"), "  ", (fault.path, "bold red")), soft_wrap=True)
        for line in _excerpt(lines, fault, out):
            out.print(line, no_wrap=True)
        table = _labelled(("found", fault.found), ("allowed", fault.allowed), ("hint", fault.hint))
        out.print(table)
        out.print()
    count = counted(len(faults), "fault")
    out.print(
        styled((count, "bold red"), ": this file would not be obeyed, the last good version stays in force.")
    )


def _excerpt(lines: list[str], fault: Fault, out: Console) -> list[Text]:
    """The line of the fault with a marker under its column, cut to what fits."""
    if not 1 <= fault.line <= len(lines):
        return []
    line, place = lines[fault.line - 1], fault.column - 1
    if not line.strip():
        return []
    room = out.width - GUTTER - 4
    start = max(0, place - min(WINDOW, room // 4)) if cell_len(line) > room else 0
    before = ("…" if start else "") + line[start:place]
    shown = before + line[place : place + room - cell_len(before)]
    return [
        styled((f"{fault.line:>{GUTTER - 2}} │ ", "dim"), shown),
        styled((f"{'':>{GUTTER - 2}} │ ", "dim"), " " * cell_len(before), ("^", "bold red")),
    ]


def _lines(raw: bytes) -> list[str]:
    """The lines as the faults count them, one character for each, so that a marker stands where it should."""
    text = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return ["".join(char if char.isprintable() else " " for char in line) for line in text.split("\n")]


def _show_policy(file: Path, policy: Policy) -> None:
    pools = [(cluster, pool) for cluster in policy.clusters for pool in cluster.pools]
    counts = f"{counted(len(policy.clusters), 'cluster')}, {counted(len(pools), 'pool')}"
    say(styled((str(file), "bold"), " is a ", ("valid policy", "green"), f": {counts}."))
    table = grid("pool", "mode", "size", "at once", "per hour", "storm from")
    rows(
        table,
        (
            (
                f"{cluster.name}/{pool.name}",
                pool.mode.value,
                f"{pool.capacity.min}-{pool.capacity.max}",
                str(pool.disruption.at_once),
                str(pool.disruption.per_hour),
                str(pool.storm.unhealthy),
            )
            for cluster, pool in pools
        ),
    )
    say("", table)


def _show_advice(advice: tuple[Advice, ...]) -> None:
    if not advice:
        return
    say(
        "",
        styled((counted(len(advice), "piece") + " of advice", "bold yellow"), "; nothing is refused for it:"),
    )
    for piece in advice:
        say("", styled((piece.path, "bold"), f"  ({piece.code})"))
        say(_labelled(("here", piece.text), ("learnt from", piece.incident)))


def _labelled(*told: tuple[str, str]) -> Grid:
    """Each text behind its label, where there is one."""
    width = max(GUTTER - 1, *(len(label) for label, _ in told))
    cells = ((styled((f"{label:>{width}}", "dim")), text) for label, text in told if text)
    return rows(grid("", ""), cells)
