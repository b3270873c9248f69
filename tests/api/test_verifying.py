"""Whether the audit is as it was written can be asked for."""

from __future__ import annotations

from shared.ports.store import Table, Write
from tests.api.callers import Line, line


async def in_audit(here: Line) -> tuple[str, str, bytes]:
    """A partition of the audit, and one of its rows."""
    rows = here.scene.store.everything()
    partition = next(name for table, name in rows if table is Table.AUDIT and name.startswith("prod"))
    one = next(row for row in rows[Table.AUDIT, partition] if b'"text"' in row.body)
    return partition, one.row, one.body


async def test_an_audit_that_nobody_touched_has_no_breaks() -> None:
    here = await line()
    (month,) = (await here.get("clusters/prod/audit/verified")).data["items"]
    assert (month["cluster"], month["entries"] > 0, month["breaks"]) == ("prod", True, [])


async def test_an_entry_that_was_changed_is_a_break() -> None:
    here = await line()
    partition, row, body = await in_audit(here)
    changed = Write(row, body.replace(b'"text":"', b'"text":"not '), "*")
    await here.scene.store.write(Table.AUDIT, partition, changed)
    (month,) = (await here.get("clusters/prod/audit/verified", months="2")).data["items"]
    assert len(month["breaks"]) >= 1


async def test_what_is_nobodys_is_verified_too_and_where_nothing_was_written_there_is_no_month() -> None:
    here = await line()
    (month,) = (await here.get("clusters/(none)/audit/verified")).data["items"]
    assert (month["cluster"], month["breaks"]) == ("(none)", [])
    assert (await here.get("clusters/gone/audit/verified")).data == {"items": []}


async def test_more_months_than_are_kept_are_a_problem() -> None:
    assert (await (await line()).get("clusters/prod/audit/verified", months="25")).status == 400
