"""`doctor`: is everything there that the app needs, and what is to be done where it is not?

It looks with the settings of the app and the credentials of who types it, from this computer. So what it can't reach
may still be reached by the app, and the other way round; whether the app itself works is told by what it has written:
its last sweep, and what it heard. Each answer is ok, wrong or unknown, and what is wrong or unknown says what to do.

    storage, policy   here                     clusters, Azure, masters   `doctor_clusters.py`
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial

from msgspec import Struct

from cli.desk import Desk
from cli.examined import Finding, State, tried
from cli.speech import grid, rows, say, styled
from cli.trouble import Trouble
from shared.desk.archive import Archive, open_archive
from shared.desk.told import Told
from shared.errors import PoolkeeperError
from shared.operate.outside import Outside
from shared.ports.store import Store, Table, Write
from shared.settings import BadSettings, Settings, advice, from_env, unread

PROBE, PROBE_ROW = "(doctor)", "may-write"
"""No cluster is called so."""


STYLES = {State.OK: "green", State.WRONG: "bold red", State.UNKNOWN: "yellow"}


class Report(Struct, frozen=True):
    at: datetime
    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        """Nothing is wrong; what is unknown does not count."""
        return all(one.state is not State.WRONG for one in self.findings)


def examine(desk: Desk) -> Report:
    """Everything that can be looked at; what stands in the way of the rest ends it."""
    at, found = desk.clock.now(), list[Finding]()
    settings = _settings(desk, found)
    if settings is not None:
        try:
            asyncio.run(desk.look_outside(lambda outside: _examined(outside, settings, found)))
        except Trouble as trouble:
            found.append(Finding("storage", "", State.WRONG, trouble.sentence, "correct that, and ask again"))
    return Report(at, tuple(found))


def show_report(report: Report) -> None:
    for state in State:
        told = [one for one in report.findings if one.state is state]
        if not told:
            continue
        cells = (
            (
                styled((state.value, STYLES[state])),
                " ".join(filter(None, (one.part, one.about))),
                _sentence(one),
            )
            for one in told
        )
        say(rows(grid("", "", ""), cells))


def _sentence(finding: Finding) -> str:
    return f"{finding.said}. {finding.do[:1].upper()}{finding.do[1:]}." if finding.do else finding.said


def _settings(desk: Desk, found: list[Finding]) -> Settings | None:
    try:
        env, directory = desk.environment()
        settings = from_env(env, directory)
    except BadSettings as bad:
        found.extend(
            Finding("settings", one.setting, State.WRONG, one.wrong, one.do.rstrip(".")) for one in bad.faults
        )
    except Trouble as trouble:
        found.append(Finding("settings", "", State.WRONG, trouble.sentence, "name another file"))
    else:
        named = settings.installation or "a storage account by its connection string"
        found.append(Finding("settings", "", State.OK, f"understood; they name {named}"))
        do = "take them out, or name them as docs/settings.md does"
        if names := ", ".join(unread(env)):
            found.append(Finding("settings", "", State.UNKNOWN, f"nobody reads {names}", do))
        found.extend(Finding("settings", one.setting, State.UNKNOWN, one.wrong) for one in advice(env))
        return settings
    return None


async def _examined(outside: Outside, settings: Settings, found: list[Finding]) -> None:
    from cli.doctor_clusters import of_cluster

    readable = await _storage(outside.store, found)
    if not readable:
        return
    archive = await _policy(outside.store, outside.clock.now(), found)
    if archive is not None:
        told = await asyncio.gather(
            *(of_cluster(outside, archive, one, settings) for one in archive.policy.clusters)
        )
        found.extend(finding for one in told for finding in one)


async def _storage(store: Store, found: list[Finding]) -> bool:
    """Whether the tables can be read: without that there is nothing more to see."""
    read = await asyncio.gather(*(tried(partial(store.get, table, PROBE, PROBE_ROW)) for table in Table))
    failed = {table.value: why for table, why in zip(Table, read, strict=True) if why}
    if failed:
        table, why = next(iter(failed.items()))
        do = "see that the account is there, that its network lets you in, and that you may read its tables"
        said = f"{len(failed)} of {len(Table)} tables can't be read ({table}: {why})"
        found.append(Finding("storage", "", State.WRONG, said, do))
    else:
        found.append(Finding("storage", "", State.OK, f"{len(Table)} tables can be read"))
        found.append(await _writing(store))
    return len(failed) < len(Table)


async def _writing(store: Store) -> Finding:
    """A row of no cluster is written and taken away again."""

    async def write() -> None:
        await store.write(Table.SWEEPS, PROBE, Write(PROBE_ROW, b"{}", "*"))
        await store.write(Table.SWEEPS, PROBE, Write(PROBE_ROW, None, "*"))

    why = await tried(write)
    if not why:
        return Finding("storage", "", State.OK, "a row was written and deleted again")
    do = "the app needs Storage Table Data Contributor and Storage Queue Data Contributor; you need them to write too"
    return Finding("storage", "", State.WRONG, f"nothing can be written ({why})", do)


async def _policy(store: Store, now: datetime, found: list[Finding]) -> Archive | None:
    try:
        archive = await open_archive(store, now)
    except Told as told:
        do = "put a valid policy where POOLKEEPER_POLICY_FILE names it, and let the app run for a minute"
        found.append(Finding("policy", "", State.WRONG, told.sentence.rstrip("."), do))
        return None
    except PoolkeeperError as error:
        found.append(Finding("policy", "", State.WRONG, str(error), "see the storage"))
        return None
    good, rejected = archive.good, archive.rejected
    in_force = f"{good.source}, version {good.version}"
    if rejected is None:
        found.append(Finding("policy", "", State.OK, f"{in_force} is in force"))
    else:
        first = rejected.faults[0]
        where = f"{rejected.source}, line {first.line}"
        said = f"what the file has now is not obeyed ({where}: {first}); in force is {in_force}"
        found.append(Finding("policy", "", State.WRONG, said, "correct it, see `policy check`"))
    return archive
