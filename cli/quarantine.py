"""What is in the quarantine, as it is shown: input that could not be understood, work that failed too often.

A body was sent by somebody else, perhaps by an attacker: it is shown without what a terminal would obey and without
what looks like a key or token.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rich.text import Text

from cli.speech import grid, indented, rows, say, styled
from shared.desk.quarantine import Item
from shared.desk.words import ago, clock_time, counted, plain
from shared.news.words import COMMAND
from shared.records.quarantine import MOST
from shared.replay.contents import Contents


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
