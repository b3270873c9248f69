"""Incidents: the open ones in the order of their nodes, the closed ones newest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from shared.model.incidents import Incident
from shared.model.operations import Operation
from shared.policy.schema import ClusterPolicy
from shared.records import CLOSED, Kept, open_incident_row

from .archive import Archive
from .asked import OfIncidents, Stage
from .backward import newest_first
from .find import lately_closed
from .next import sentence_of
from .pages import MOST, SCANNED, Page, behind, checked, key_of, token_of
from .told import No, Told

BACK, OLDEST = timedelta(days=90), timedelta(days=3650)


class IncidentView(Struct, frozen=True):
    """`next` is what happens next and when, in a sentence; `awaits` the remedy that waits for somebody's approval.
    `etag` is that of an open one."""

    incident: Incident
    next: str = ""
    awaits: str = ""
    etag: str = ""


async def incidents(archive: Archive, here: ClusterPolicy, wanted: OfIncidents) -> Page[IncidentView]:
    checked(wanted)
    if wanted.state is Stage.CLOSED:
        return await _closed(archive, here.name, wanted)
    return await _opened(archive, here.name, wanted)


async def incident(archive: Archive, here: ClusterPolicy, name: str) -> IncidentView:
    """By its id, open or closed. `Told` when there is none."""
    node = name.partition("@")[0]
    kept = await archive.records.incidents.get(here.name, open_incident_row(node)) if node else None
    if kept is not None and kept.value.id == name:
        return _view(archive, kept, await archive.running_among(here.name, [kept.value]))
    closed = await lately_closed(archive, here.name, MOST)
    found = next((one for one in closed if one.id == name), None)
    if found is None:
        sentence = (
            f"No incident {name!r} is known in {here.name}: it is open under another id, or closed for long."
        )
        raise Told(No.MISSING, "no_such_incident", sentence)
    return IncidentView(found)


async def _opened(archive: Archive, cluster: str, wanted: OfIncidents) -> Page[IncidentView]:
    last, found, looked = key_of(wanted.after), list[Kept[Incident]](), 0
    while True:
        rows = await archive.records.open_incidents_from(cluster, behind(last) if last else "", wanted.limit)
        keys = sorted([*rows.kept, *rows.unread])
        for last in keys:
            if last in rows.kept and _fits(rows.kept[last].value, wanted):
                found.append(rows.kept[last])
            if len(found) == wanted.limit:
                break
        looked += len(keys)
        if len(keys) < wanted.limit and (not keys or last == keys[-1]):
            last = ""
        if not last or len(found) == wanted.limit or looked >= SCANNED:
            break
    running = await archive.running_among(cluster, [one.value for one in found])
    return Page(tuple(_view(archive, one, running) for one in found), token_of(last))


async def _closed(archive: Archive, cluster: str, wanted: OfIncidents) -> Page[IncidentView]:
    oldest = archive.now - OLDEST
    until = max(min(wanted.until or archive.now, archive.now), oldest) + timedelta(seconds=1)
    since = max(wanted.since, oldest) if wanted.since else archive.now - BACK
    found: list[IncidentView] = []
    looked = 0

    async def between(first: str, last: str) -> dict[str, Kept[Incident]]:
        return await archive.records.incidents.between(cluster, first, last)

    async for row, kept in newest_first(between, CLOSED, (since, until), key_of(wanted.after)):
        looked += 1
        if _fits(kept.value, wanted):
            found.append(IncidentView(kept.value))
        if len(found) == wanted.limit or looked >= SCANNED:
            return Page(tuple(found), token_of(row))
    return Page(tuple(found))


def _view(archive: Archive, kept: Kept[Incident], running: Mapping[str, Operation]) -> IncidentView:
    one = kept.value
    told = sentence_of(one, running.get(one.operation or ""), archive.now)
    return IncidentView(one, told, one.proposed, kept.etag)


def _fits(one: Incident, wanted: OfIncidents) -> bool:
    text = wanted.text.lower()
    at = one.closed_at or one.opened_at
    return (
        wanted.pool in ("", one.pool)
        and wanted.condition in ("", one.condition.value)
        and (wanted.since is None or at >= wanted.since)
        and (wanted.until is None or at < wanted.until)
        and (not text or any(text in told.lower() for told in (one.id, one.because, one.outcome)))
    )
