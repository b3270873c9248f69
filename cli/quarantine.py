"""`quarantine list` and `quarantine show`: input that the app could not understand, kept with the reason.

A body was sent by somebody else, perhaps by an attacker: it is shown without what a terminal would obey and without
what looks like a key or token.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct, structs
from rich.text import Text

from cli.speech import clock_time, counted, grid, indented, plain, rows, say, styled, without_secrets
from cli.trouble import NO, Trouble
from shared.ports.store import Store, Stored, Table
from shared.records.quarantine import MOST, PARTITION, Quarantined


class Item(Struct, frozen=True):
    """One thing in the quarantine, and the row that it is in."""

    row: str
    kept: Quarantined


async def quarantined(store: Store) -> list[Item]:
    """Everything in the quarantine, newest first."""
    found = await store.query(Table.QUARANTINE, PARTITION, "", "")
    return [_item(row) for row in reversed(found)]


async def quarantined_row(store: Store, row: str) -> Item:
    """The thing in this row; the end of its name is enough when only one ends so."""
    found = [one for one in await store.query(Table.QUARANTINE, PARTITION, "", "") if one.row.endswith(row)]
    exact = [one for one in found if one.row == row]
    if len(exact or found) != 1:
        how = "more than one row ends" if found else "no row ends"
        raise Trouble(f"In the quarantine {how} in {row!r}: `quarantine list` shows the rows.", NO)
    return _item((exact or found)[0])


def _item(stored: Stored) -> Item:
    try:
        kept = msgspec.json.decode(stored.body, type=Quarantined)
    except msgspec.MsgspecError:
        raise Trouble(
            f"Row {stored.row} of the quarantine is not what this version writes: use the one that did."
        ) from None
    return Item(
        stored.row, structs.replace(kept, why=without_secrets(kept.why), body=without_secrets(kept.body))
    )


def show_list(items: list[Item], number: int) -> None:
    if not items:
        say("The quarantine is empty.")
        return
    for item in items[:number]:
        kept = item.kept
        say(
            styled((item.row, "bold"), f"  {kept.source}, {counted(kept.size, 'character')}"),
            indented(kept.why, 4),
        )
    if len(items) > number:
        say("", f"{len(items) - number} older ones are not shown: -n {len(items)} shows all.")


def show_item(item: Item) -> None:
    kept = item.kept
    told = [("row", item.row), ("at", clock_time(kept.at)), ("source", kept.source), ("why", kept.why)]
    say(rows(grid("", ""), told))
    cut = f", of which the first {MOST} were kept" if kept.size > MOST else ""
    say("", styled((f"{counted(kept.size, 'character')}{cut}:", "dim")))
    say(Text(plain(kept.body, lines=True)))
