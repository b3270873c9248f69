"""What an earlier version has written is read, and what it has begun is ended: an upgrade in the middle of a repair.

The rows in tests/data/rows were written by the version of that day, while a repair was under way and another one was
over; a release that can't read them any more needs a way to get there, and a line in docs/upgrade.md.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from shared.errors import Retry
from shared.memory.store import MemoryStore
from shared.model.incidents import IncidentState
from shared.ports.store import Table, Write
from tests.cli.typed import asked
from tests.scene import Scene

KEPT = sorted((Path(__file__).parents[1] / "data" / "rows").glob("*.json"))


def rows_of(file: Path, extra: bool) -> list[tuple[Table, str, Write]]:
    """`extra`: with something that no version has written yet."""
    found: list[tuple[Table, str, Write]] = []
    for where, rows in json.loads(file.read_text()).items():
        table, _, partition = where.partition("/")
        for row, body in rows.items():
            told = json.loads(body)
            if extra and table != Table.AUDIT:
                told |= {"phase_of_the_moon": {"is_full": True}}
            written = body if table == Table.AUDIT else json.dumps(told)
            found.append((Table(table), partition, Write(row, written.encode(), None)))
    return found


async def put_into(store: MemoryStore, rows: list[tuple[Table, str, Write]]) -> None:
    """In place of everything that is there."""
    store._partitions.clear()
    for table, partition, write in rows:
        await store.write(table, partition, write)


async def upgraded(file: Path, extra: bool = False) -> Scene:
    """The world as it was at that moment, and a new process over those rows."""
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.agent_dies(4)
    await scene.after(minutes=20)
    scene.agent_dies(2)
    scene.compute.faults.always("destroy", Retry("Azure is busy", timedelta(seconds=30)))
    await scene.after(minutes=5)
    scene.compute.faults.clear()
    await put_into(scene.store, rows_of(file, extra))
    scene.restarts()
    return scene


@pytest.mark.parametrize("extra", [False, True], ids=["as written", "with what a newer version adds"])
@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
async def test_a_repair_that_was_under_way_is_ended(file: Path, extra: bool) -> None:
    scene = await upgraded(file, extra)
    (before,) = await scene.reader.running_operations("prod")
    await scene.after(minutes=30)
    assert (scene.destroyed, scene.ordered, scene.connected, scene.wronged) == (["4", "2"], [1, 1], 6, [])
    assert before in {one.id for one in await scene.closed_operations()}
    assert await scene.open_incidents() == {}
    assert scene.poisoned == []


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
async def test_nobody_is_called_because_of_it_and_the_history_is_whole(file: Path) -> None:
    scene = await upgraded(file)
    await scene.sweeps()
    states = {one.state for one in (await scene.open_incidents()).values()}
    assert states <= {IncidentState.OPEN}
    assert (await asked(scene, "audit", "verify")).exit_code == 0
    assert (await asked(scene, "explain", "_4")).exit_code == 0


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
async def test_what_was_said_before_is_still_obeyed(file: Path) -> None:
    scene = await upgraded(file)
    assert (await asked(scene, "pause", "--why", "an upgrade")).exit_code == 0
    await scene.after(minutes=30)
    assert scene.destroyed == ["4"]
    assert (await asked(scene, "resume", "--why", "it runs")).exit_code == 0
    await scene.after(minutes=30)
    assert (scene.destroyed, scene.connected) == (["4", "2"], 6)
