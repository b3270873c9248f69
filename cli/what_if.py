"""`snapshot save` and `decide`: what would be done about a cluster as it was at one moment.

A snapshot is taken from here, with the credentials of who types it: it reads Azure, the masters and the app's storage
through the same adapters as the app, and writes one file. Deciding on it needs nothing but the file.
"""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from cli.audit import answer_line
from cli.desk import Desk
from cli.policy_check import tell_faults
from cli.speech import VERDICT_STYLE, indented, say, styled
from cli.trouble import NO, USAGE, Trouble
from shared.desk.archive import Archive, open_archive
from shared.desk.words import clock_time, counted
from shared.errors import Poison
from shared.model.decisions import Decision
from shared.model.readings import Failure, Reading
from shared.operate.outside import Outside
from shared.policy.beside import read_policy_file
from shared.policy.faults import PolicyError
from shared.policy.load import load
from shared.policy.schema import ClusterPolicy, Policy
from shared.what_if.again import WhatIf, decide_again
from shared.what_if.saved import Saved, SavedPolicy, from_bytes, to_bytes
from shared.what_if.take import take


class Kept(Struct, frozen=True):
    """What `snapshot save` has done. `failures` are readings that failed; they are in the file as such."""

    file: str
    cluster: str
    at: datetime
    policy: str
    bytes: int
    failures: tuple[str, ...]


def save_snapshot(desk: Desk, file: Path, cluster: str | None, is_over: bool) -> Kept:
    if file.exists() and not is_over:
        raise Trouble(f"{file} is there already: name another file, or add --over.", USAGE)

    async def work(outside: Outside) -> Saved:
        archive = await open_archive(outside.store, desk.clock.now())
        policy = SavedPolicy(archive.good.source, archive.good.version, archive.good.text)
        return await take(outside, _one(archive, cluster), policy)

    saved = asyncio.run(desk.look_outside(work))
    raw = to_bytes(saved)
    _write(file, raw)
    return Kept(str(file), saved.cluster, saved.taken_at, saved.policy.version, len(raw), _failures(saved))


def show_kept(kept: Kept) -> None:
    at = clock_time(kept.at)
    say(styled((kept.file, "bold"), f" has {kept.cluster} as it was at {at}, {kept.bytes // 1024 + 1} KiB."))
    for why in kept.failures:
        say(indented(styled(("not read: ", "yellow"), why), 2))


def snapshot_in(file: Path) -> Saved:
    """`Trouble` when it is none, or of another version."""
    try:
        return from_bytes(file.read_bytes())
    except OSError as error:
        raise Trouble(f"{file} can not be read ({error.strerror}): name a saved snapshot.", USAGE) from None
    except Poison as poison:
        raise Trouble(f"{file} can not be decided on, {poison.why}: see `snapshot save`.", USAGE) from None


def policy_for(saved: Saved, file: Path | None, as_json: bool) -> Policy | None:
    """The policy in `file`, else the snapshot's own. None: its faults have been told."""
    raw = saved.policy.text.encode() if file is None else read_policy_file(file)
    source = Path(saved.policy.source) if file is None else file
    try:
        return load(raw, str(source))
    except PolicyError as error:
        tell_faults(source, raw, error.faults, as_json)
        return None


def decide_on(saved: Saved, policy: Policy) -> WhatIf:
    cluster = policy.cluster(saved.cluster)
    if cluster is None:
        known = ", ".join(one.name for one in policy.clusters)
        raise Trouble(f"The snapshot is of {saved.cluster!r}, and the policy knows only {known}.", NO)
    return asyncio.run(decide_again(saved, cluster))


def show_what_if(found: WhatIf) -> None:
    say(
        styled(
            (found.cluster, "bold"),
            f" at {clock_time(found.at)}: {counted(found.nodes, 'node')}, "
            f"{counted(len(found.decisions), 'decision')}. Nothing is done by this command.",
        )
    )
    for aim in found.sizes:
        change = f"{aim.size}" if aim.size == aim.wanted else f"{aim.size} → {aim.wanted}"
        say("", styled((aim.pool, "bold"), f"  size {change}: {aim.because}"))
    for decision in found.decisions:
        _show_decision(decision)


def _show_decision(decision: Decision) -> None:
    verdict = decision.verdict.value
    said = f"{verdict.replace('_', ' ')}{f' {decision.remedy.value}' if decision.remedy else ''}"
    until = f" until {clock_time(decision.until)}" if decision.until else ""
    head = ((decision.node, "bold"), f"  {decision.pool}, {decision.condition.value}: ")
    say("", styled(*head, (said, VERDICT_STYLE.get(verdict, "")), until))
    say(indented(decision.because, 2))
    for answer in decision.answers:
        say(indented(answer_line(answer), 4))


def _one(archive: Archive, name: str | None) -> ClusterPolicy:
    chosen = archive.clusters(name)
    if len(chosen) > 1:
        known = ", ".join(one.name for one in chosen)
        raise Trouble(f"A snapshot is of one cluster: name one of {known} with --cluster.", USAGE)
    return chosen[0]


def _write(file: Path, raw: bytes) -> None:
    """For this user alone: names and addresses of machines are in it. Never half of it."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.touch(mode=0o600)
        beside.write_bytes(raw)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Trouble(f"{file} can not be written ({error.strerror}): name another place.", USAGE) from None


def _failures(saved: Saved) -> tuple[str, ...]:
    read: list[tuple[str, Reading[object]]] = []
    for name, pool in saved.snapshot.pools.items():
        read += [(name, pool.scale_set), (name, pool.instances), (name, pool.addresses)]
    read += [("masters", saved.snapshot.scheduler), ("workloads", saved.work.state)]
    return tuple(f"{name}: {part.source}: {part.why}" for name, part in read if isinstance(part, Failure))
