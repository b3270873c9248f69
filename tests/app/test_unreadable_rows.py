"""A row that this version cannot read costs what rests on it, and nothing else: it is kept, told once, and everything
that does not need it goes on."""

from __future__ import annotations

import pytest

from shared.model.nodes import Condition
from shared.ports.store import Table, Write
from tests.incidents.stage import Stage
from tests.news.readers import Readers
from tests.scene import SET, Scene

RUBBISH = b'{"written": "by another version"}'


async def spoil(scene: Scene, table: Table, row: str) -> None:
    await scene.store.write(table, "prod", Write(row, RUBBISH, "*"))


async def body_of(scene: Scene, table: Table, row: str) -> bytes | None:
    stored = await scene.store.get(table, "prod", row)
    return stored.body if stored else None


async def told(scene: Scene, what: str) -> list[str]:
    return [line for line in await scene.said() if what in line]


async def test_one_row_of_the_inventory_stops_nobody_else_from_being_repaired() -> None:
    stage = Stage(agents=6)
    await stage.sweeps()
    await spoil(stage, Table.INVENTORY, f"{SET}_4")
    await stage.hears(stage.machine_is_deleted(1))
    await stage.after(minutes=15)
    assert (stage.capacity, stage.connected, stage.destroyed) == (6, 6, [])
    assert list(await stage.open_incidents()) == ["(Inventory unread)"]
    assert await body_of(stage, Table.INVENTORY, f"{SET}_4") == RUBBISH
    assert len(await told(stage, "(Inventory unread)")) == 2, "opened, and handed over"


@pytest.mark.parametrize("happens", ["agent_dies", "machine_is_deleted", "nothing"])
async def test_a_node_whose_row_cannot_be_read_is_unknown_and_not_touched(happens: str) -> None:
    stage = Stage(agents=6)
    await stage.sweeps()
    await spoil(stage, Table.INVENTORY, f"{SET}_4")
    if happens != "nothing":
        await stage.hears(getattr(stage, happens)(4) or stage.event(4, "Write", "write"))
    await stage.after(minutes=40)
    assert (stage.orders, await stage.running()) == ([], [])
    assert await body_of(stage, Table.INVENTORY, f"{SET}_4") == RUBBISH


async def test_a_row_that_was_mended_counts_again_and_that_is_told() -> None:
    stage = Stage(agents=6)
    await stage.sweeps()
    before = await body_of(stage, Table.INVENTORY, f"{SET}_4")
    await spoil(stage, Table.INVENTORY, f"{SET}_4")
    stage.agent_dies(4)
    await stage.after(minutes=5)
    await stage.store.write(Table.INVENTORY, "prod", Write(f"{SET}_4", before, "*"))
    await stage.after(minutes=20)
    assert (stage.destroyed, stage.connected, await stage.open_incidents()) == (["4"], 6, {})
    assert await told(stage, "every row of it can be read again")


async def test_an_incident_that_cannot_be_read_is_left_to_a_person_and_the_rest_goes_on() -> None:
    stage = Stage(agents=6)
    await stage.sweeps()
    stage.agent_dies(2)
    await spoil(stage, Table.INCIDENTS, f"open|{SET}_2")
    await stage.hears(stage.machine_is_deleted(1))
    await stage.after(minutes=30)
    assert (stage.capacity, stage.destroyed) == (6, [])
    assert list(await stage.open_incidents()) == ["(Incidents unread)"]
    assert await body_of(stage, Table.INCIDENTS, f"open|{SET}_2") == RUBBISH
    assert await told(stage, f"{SET}_2: ") == [], "nothing is decided about it each minute"


async def test_an_operation_that_cannot_be_read_keeps_its_node_and_the_rest_goes_on() -> None:
    stage = Stage(agents=8, more="disruption: {at_once: 3, per_fault_domain: none}")
    await stage.sweeps()
    stage.agent_dies(2)
    for _ in range(300):
        await stage.after(seconds=1)
        if await stage.running():
            break
    (operation,) = await stage.running()
    await spoil(stage, Table.OPERATIONS, f"running|{operation.id}")
    await stage.hears(stage.machine_is_deleted(1))
    stage.forgives = (Exception,)
    await stage.after(minutes=30)
    assert stage.capacity == 8
    assert stage.ordered_to("destroy") in ([], ["2"])
    assert await stage.running() == []
    assert [entry.node for entry in (await stage.ledger()).active] == [f"{SET}_2"], "its place is kept"
    assert "(Operations unread)" in await stage.open_incidents()


async def test_without_a_readable_ledger_nothing_is_begun_in_its_pool_and_that_is_said() -> None:
    stage = Stage(agents=6)
    await stage.sweeps()
    await spoil(stage, Table.LEDGER, "private")
    await stage.hears(stage.machine_is_deleted(1))
    await stage.after(minutes=30)
    assert (stage.orders, await stage.running()) == ([], [])
    assert "ledger_unread" in await stage.refusals_of(1)
    assert await body_of(stage, Table.LEDGER, "private") == RUBBISH
    assert len(await told(stage, "(Ledger unread)")) == 2


async def test_a_ledger_that_becomes_unreadable_holds_what_is_under_way_until_it_is_mended() -> None:
    stage = Stage(agents=6)
    await stage.sweeps()
    stage.booting = False
    await stage.hears(stage.machine_is_deleted(1))
    await stage.after(seconds=5)
    before = await body_of(stage, Table.LEDGER, "private")
    await spoil(stage, Table.LEDGER, "private")
    await stage.after(minutes=10)
    orders = len(stage.orders)
    await stage.store.write(Table.LEDGER, "prod", Write("private", before, "*"))
    stage.booting = True
    await stage.after(minutes=20)
    assert orders <= 1
    assert (stage.capacity, stage.connected, stage.destroyed) == (6, 6, [])


async def test_the_cluster_s_own_account_is_written_anew_when_it_cannot_be_read() -> None:
    stage = Stage(agents=6)
    await stage.sweeps()
    await spoil(stage, Table.LEDGER, "|cluster")
    await stage.hears(stage.machine_is_deleted(1))
    await stage.after(minutes=15)
    assert (stage.capacity, await stage.open_incidents()) == (6, {})


@pytest.mark.parametrize(
    ("row", "holds"), [("pause|private", True), ("pause|", True), ("approve|private", False)]
)
async def test_a_word_that_cannot_be_read_counts_when_it_forbids(row: str, holds: bool) -> None:
    stage = Stage(agents=6)
    await stage.sweeps()
    await spoil(stage, Table.OVERRIDES, row)
    stage.machine_is_deallocated(1)
    await stage.after(minutes=15)
    assert (stage.orders == []) is holds
    assert "(Overrides unread)" in await stage.open_incidents()


async def test_a_person_is_told_which_rows_and_what_to_do() -> None:
    scene = Scene(agents=6)
    readers = Readers(scene)
    await readers.after(minutes=2)
    await spoil(scene, Table.INVENTORY, f"{SET}_4")
    await readers.after(minutes=3)
    (page,) = readers.notifier.told
    assert page.title == "prod: table Inventory, of which not every row can be read, needs a person"
    assert f"row {SET}_4" in page.text
    assert "Deploy the version that wrote" in page.text


async def test_everything_unreadable_at_once_destroys_nothing() -> None:
    stage = Stage(agents=6)
    await stage.sweeps()
    stage.agent_dies(2)
    await stage.after(seconds=90)
    for table in (Table.INVENTORY, Table.INCIDENTS, Table.LEDGER):
        for stored in await stage.store.query(table, "prod", "", ""):
            await spoil(stage, table, stored.row)
    stage.agent_dies(3)
    await stage.after(minutes=30)
    assert stage.orders == []
    findings = {one.condition for one in (await stage.open_incidents()).values()}
    assert findings <= {Condition.UNKNOWN}
