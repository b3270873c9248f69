"""What a person sees: header, timeline, the pool, the summary.

On a terminal the timeline scrolls and the pool stays below it, alive. Where the output goes into a pipe or a file the
same is printed as plain lines, the pool whenever the world is changed and at the end. Everything can be read without
color: each condition has a symbol and a letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.console import Console, Group
from rich.control import Control
from rich.live import Live
from rich.rule import Rule
from rich.segment import ControlType
from rich.table import Table
from rich.text import Text

from shared.errors import brief
from simulator.demo.acts import Scenario
from simulator.demo.grid import Cell, Mark, cells
from simulator.demo.lines import Line, Word, told_together
from simulator.demo.parts import parts_of
from simulator.demo.stage import Stage
from simulator.demo.story import Told
from simulator.demo.verdict import Check
from simulator.demo.words import INTRODUCTION, gist, why_not
from simulator.world.scale_set import ScaleSet

INDENT = 21
STYLES = {
    Word.WORLD: "bold",
    Word.HEARD: "cyan",
    Word.JUDGED: "yellow",
    Word.DECIDED: "magenta",
    Word.DID: "green",
    Word.WAITS: "dim",
    Word.REFUSED: "bold red",
    Word.CLOSED: "bold green",
}
COLORS = {
    Mark.HEALTHY: "green",
    Mark.JOINING: "cyan",
    Mark.LOST: "bold red",
    Mark.DELETED: "red",
    Mark.STOPPED: "yellow",
    Mark.FROZEN: "blue",
}


class Screen:
    """One console. `live` False prints plain lines alone."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live: Live | None = None
        self._pool: ScaleSet | None = None

    def say(self, text: str) -> None:
        """Progress of setting up."""
        self.console.print(Text(f"  · {text}", style="dim"))

    def curtain(self, stage: Stage, scenario: Scenario) -> None:
        """The header, and from now on the pool below everything."""
        self._pool = stage.cluster.pools["private"]
        self.console.print(Text(INTRODUCTION, style="dim"))
        self.console.print()
        self.console.print(header(stage))
        self.console.print(Rule(Text(f"story: {scenario.name}", style="bold"), align="left"))
        self.console.print(Text(scenario.promise))
        self.console.print()
        if not self.console.is_terminal:
            self.show_pool()

    def begin_live(self) -> None:
        """Keep the pool on the screen, below what is printed, where there is a screen."""
        if self.console.is_terminal and self._live is None:
            self._live = Live(console=self.console, auto_refresh=False, transient=True)
            self._live.start()

    def end_live(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def lines(self, lines: list[Line]) -> None:
        self.clear_prompt()
        for line in told_together(lines):
            self.console.print(line_text(line, self.console), soft_wrap=True)
            for text in guards_text(line, self.console):
                self.console.print(text, soft_wrap=True)

    def look(self, at_s: float) -> None:
        """Draw the pool anew."""
        if self._live is not None and self._pool is not None:
            clock = Rule(Text(f"the pool as it truly is, after {at_s:.1f} s"), align="left", style="dim")
            self._live.update(Group(clock, pool_table(self._pool), legend()), refresh=True)

    def clear_prompt(self) -> None:
        """Whatever stands on the line of the prompt is overwritten by what comes."""
        if self.console.is_terminal:
            self.console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))

    def show_pool(self) -> None:
        """Print the pool once, to stay."""
        if self._pool is not None:
            self.console.print(pool_table(self._pool))
            self.console.print(legend())
            self.console.print()

    def summary(self, told: Told) -> None:
        self.console.print()
        self.show_pool()
        for text in summary_texts(told):
            self.console.print(text)


def header(stage: Stage) -> Table:
    """What runs where."""
    mesos = stage.cluster.mesos
    ports = re.findall(r"(\w+)Endpoint=http://([\d.]+:\d+)", stage.connection_string)
    storage = ", ".join(f"{name.lower()}s {where}" for name, where in ports if name != "Blob")
    table = Table.grid(padding=(0, 2))
    table.add_row(Text("app", style="bold"), f"{stage.host.url}  function_app.py in a local Functions host")
    table.add_row(Text("Storage", style="bold"), f"Azurite  {storage}")
    table.add_row(Text("Azure", style="bold"), f"{stage.served.arm_url}  simulated Resource Manager")
    first, *others = stage.served.master_addresses(stage.cluster.name)
    masters = " ".join([first, *(f":{address.rpartition(':')[2]}" for address in others)])
    table.add_row(Text("DC/OS", style="bold"), f"{masters}  simulated Mesos {mesos.release.mesos}")
    return table


def pool_table(pool: ScaleSet) -> Table:
    """One row per fault domain, one cell per machine."""
    table = Table.grid(padding=(0, 2))
    by_domain: dict[int, list[Cell]] = {domain: [] for domain in range(pool.fault_domain_count)}
    for cell in cells(pool):
        by_domain[cell.fault_domain].append(cell)
    for domain, row in by_domain.items():
        machines = Text("   ").join(_cell(cell) for cell in row) if row else Text("-", style="dim")
        table.add_row(Text(f"  fault domain {domain}", style="dim"), machines)
    return table


def legend() -> Text:
    """What the marks mean."""
    marks = (Text(f"{mark.symbol} {mark.letter} {mark.word}", style=COLORS[mark]) for mark in Mark)
    return Text("  ").append_text(Text("  ").join(marks))


def line_text(line: Line, console: Console) -> Text:
    """One line of the timeline, continued under its text where it is long."""
    head = Text(f"{line.at_s:>8.2f} s  {line.word:<9}", style=STYLES[line.word])
    about = f"{line.about}: " if line.about else ""
    body = Text(about, style="bold").append(brief(line.text), style=STYLES[line.word])
    return head.append_text(_hanging(body, console))


def guards_text(line: Line, console: Console) -> Iterable[Text]:
    """The guards' answers: all that allowed on one line, each refusal on its own, in full."""
    allowed = [answer for answer in line.answers if answer.allowed]
    if allowed and not line.again:
        body = Text("guards: ", style="dim")
        body.append(
            " · ".join(f"✓ {answer.guard} {gist(answer)}".rstrip() for answer in allowed), style="dim"
        )
        yield Text(" " * INDENT).append_text(_hanging(body, console))
    for answer in line.refused:
        body = Text(f"✗ {answer.guard} ({answer.reason}): {why_not(answer)}", style="red")
        yield Text(" " * INDENT).append_text(_hanging(body, console))


def summary_texts(told: Told) -> Iterable[Text | Table | Rule]:
    """The seconds of each part, what was ordered, and the verdict."""
    parts = parts_of(told.repairs)
    if parts:
        count = len(told.repairs)
        title = "how long each part took" + (f", until the last of {count} was there" if count > 1 else "")
        yield Rule(Text(title, style="bold"), align="left")
        yield _parts_table(parts)
    yield Rule(Text("what was done, and how it was", style="bold"), align="left")
    yield _writes(told)
    yield _checks(told.checks)
    yield Text()
    failed = [check for check in told.checks if not check.ok]
    if failed:
        yield Text(f"✗ It went wrong: {failed[0].text}.", style="bold red")
    else:
        yield Text(f"✓ {told.scenario.because}", style="bold green")


def _parts_table(parts: dict[str, float]) -> Table:
    table = Table.grid(padding=(0, 2))
    total = sum(parts.values())
    for part, seconds in parts.items():
        bar = "▇" * round(30 * seconds / total) if total else ""
        table.add_row(f"  {part}", Text(f"{seconds:.2f} s", justify="right"), Text(bar, style="cyan"))
    table.add_row(Text("  total", style="bold"), Text(f"{total:.2f} s", style="bold", justify="right"))
    return table


def _writes(told: Told) -> Text:
    count = len(told.arm_writes)
    text = Text(f"  write requests to Azure by the app: {count}")
    for write, times in _counted(told.arm_writes):
        text.append(f"\n    {times} × {write}" if times > 1 else f"\n    {write}", style="dim")
    return text


def _counted(writes: Sequence[str]) -> list[tuple[str, int]]:
    return [(write, writes.count(write)) for write in dict.fromkeys(writes)]


def _checks(checks: Sequence[Check]) -> Table:
    table = Table.grid(padding=(0, 1))
    for check in checks:
        style = "green" if check.ok else "bold red"
        table.add_row(Text(f"  {'✓' if check.ok else '✗'}", style=style), Text(check.text, style=style))
    return table


def _cell(cell: Cell) -> Text:
    return Text(f"{cell.mark.symbol} {cell.number:>2} {cell.mark.letter}", style=COLORS[cell.mark])


def _hanging(body: Text, console: Console) -> Text:
    """Broken at the console's width, continued under its beginning."""
    width = max(20, console.width - INDENT)
    return Text(f"\n{' ' * INDENT}").join(body.wrap(console, width))
