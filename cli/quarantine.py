"""What is in the quarantine, as it is shown: input that could not be understood, work that failed too often.

A body was sent by somebody else, perhaps by an attacker: it is shown without what a terminal would obey and without
what looks like a key or token.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace
from rich.text import Text

from cli.archive import Archive, open_archive
from cli.next import sentence_of
from cli.speech import ago, clock_time, counted, grid, indented, plain, rows, say, styled, without_secrets
from cli.trouble import NO, Trouble
from shared.model.operations import OperationState
from shared.news.words import COMMAND
from shared.ports.queues import Queue
from shared.ports.store import Store
from shared.records import Kept
from shared.records.quarantine import MOST, Quarantine, Quarantined
from shared.replay.contents import Contents, contents_of


class Item(Struct, frozen=True):
    """One thing in the quarantine, the row that it is in, and what it is. `stands` is how its incident or operation
    stands now, where it names one."""

    row: str
    kept: Quarantined
    contents: Contents
    stands: str = ""


async def quarantined(store: Store) -> list[Item]:
    """Everything in the quarantine, newest first."""
    found = await Quarantine(store).all()
    return [_item(row, kept.value) for row, kept in reversed(found.items())]


async def quarantined_row(store: Store, ending: str) -> tuple[str, Kept[Quarantined]]:
    """The row of this name, as it is there; the end of its name is enough when only one ends so."""
    found = {row: kept for row, kept in (await Quarantine(store).all()).items() if row.endswith(ending)}
    row = ending if ending in found else next(iter(found), "")
    if not row or (row != ending and len(found) > 1):
        how = "more than one row ends" if found else "no row ends"
        raise Trouble(f"In the quarantine {how} in {ending!r}: `quarantine list` shows the rows.", NO)
    return row, found[row]


async def shown_item(store: Store, ending: str, now: datetime) -> Item:
    """That row with everything that is known about it."""
    row, kept = await quarantined_row(store, ending)
    item = _item(row, kept.value)
    try:
        archive = await open_archive(store, now)
    except Trouble:  # no policy was ever valid here, so no cluster has a name
        return item
    return replace(item, stands=await _stands(archive, kept.value, contents_of(kept.value)))


async def _stands(archive: Archive, kept: Quarantined, contents: Contents) -> str:
    if archive.policy.cluster(contents.cluster) is None:
        return f"cluster {contents.cluster} is not in the policy" if contents.cluster else ""
    opened = await archive.records.open_incidents(contents.cluster)
    if kept.source != Queue.OPERATIONS.value:
        incident = opened[contents.about].value if contents.about in opened else None
        running = incident.operation if incident else None
        operation = await archive.operation(contents.cluster, running) if running else None
        told = (
            f"{incident.condition.value}: {sentence_of(incident, operation, archive.now)}" if incident else ""
        )
        return told or "no incident is open for it"
    operation = await archive.operation(contents.cluster, contents.about)
    node = contents.incident.partition("@")[0]
    if operation is None:
        return "no such operation is known"
    if operation.state is OperationState.RUNNING and node in opened:
        return sentence_of(opened[node].value, operation, archive.now)
    outcome = f": {operation.outcome}" if operation.outcome else f", at step {operation.step}"
    return f"operation {operation.id} is {operation.state.value.replace('_', ' ')}{outcome}"


def _item(row: str, kept: Quarantined) -> Item:
    shown = replace(kept, why=without_secrets(kept.why), body=without_secrets(kept.body))
    return Item(row, shown, contents_of(shown))


def show_list(items: list[Item], number: int, now: datetime) -> None:
    if not items:
        say("The quarantine is empty.")
        return
    for item in items[:number]:
        kept = item.kept
        say(
            styled(
                (item.row, "bold"), f"  {ago(kept.at, now)}, {kept.source}, {counted(kept.size, 'character')}"
            ),
            indented(kept.why, 4),
            indented(", ".join(_about(item.contents)), 4),
        )
        if kept.replayed is not None:
            say(
                indented(
                    f"replayed by {kept.replayed.who} {ago(kept.replayed.at, now)}: {kept.replayed.why}", 4
                )
            )
    if len(items) > number:
        say("", f"{len(items) - number} older ones are not shown: -n {len(items)} shows all.")


def show_item(item: Item, now: datetime) -> None:
    kept, contents = item.kept, item.contents
    again = kept.replayed
    told = [
        ("row", item.row),
        ("at", f"{clock_time(kept.at)}, {ago(kept.at, now)}"),
        ("source", kept.source),
        ("why", kept.why),
        ("what", contents.kind),
        ("cluster", contents.cluster),
        ("about", contents.about),
        ("incident", contents.incident),
        ("ids", ", ".join(contents.ids)),
        ("now", item.stands),
        ("replayed", f"by {again.who} {ago(again.at, now)}: {again.why}" if again else ""),
    ]
    say(rows(grid("", ""), [(name, value) for name, value in told if value]))
    cut = f", of which the first {MOST} were kept" if kept.size > MOST else ""
    say("", styled((f"{counted(kept.size, 'character')}{cut}:", "dim")))
    say(Text(plain(kept.body, lines=True)))
    say("", f'{COMMAND} quarantine replay {item.row} --why "..."  has it tried once more')
    say(f'{COMMAND} quarantine drop {item.row} --why "..."    forgets it')


def _about(contents: Contents) -> Iterator[str]:
    yield contents.kind
    if contents.cluster:
        yield f"cluster {contents.cluster}"
    if contents.about:
        yield f"about {contents.about}"
    yield from contents.ids[:1]
