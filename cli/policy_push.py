"""`policy diff` and `policy push`: what a policy changes, and the way by which it comes to the app.

What is in force is what the app says is in force: the last valid text that it kept. A push shows the difference from
that, asks for the number of pools that begin to be touched, and writes one row on its etag; the app validates it again.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from cli.desk import Desk, read
from cli.policy_check import tell_faults
from cli.speech import grid, rows, say, styled
from cli.trouble import NO, USAGE, Trouble
from shared.audit import AuditLog
from shared.desk.archive import in_force_or_none
from shared.desk.speaker import Speaker
from shared.desk.words import counted
from shared.errors import Conflict
from shared.model.audit import NOBODYS, AuditKind, AuditRecord
from shared.policy.beside import read_policy_file
from shared.policy.differ import Changed, Difference, differ
from shared.policy.faults import PolicyError
from shared.policy.load import load
from shared.policy.pushed import Lying, Pushed, put_pushed, read_pushed
from shared.policy.schema import Policy
from shared.ports.store import Store
from shared.settings import STORAGE


def difference_of(desk: Desk, file: Path, other: Path | None, as_json: bool) -> Difference | None:
    """From `file` to `other`, or from what is in force to `file`. None: the faults of one have been told."""
    first = _read(file, as_json)
    if first is None:
        return None
    if other is None:
        return differ(read(desk, lambda store: _in_force(store, desk)), first[0])
    second = _read(other, as_json)
    return None if second is None else differ(first[0], second[0])


def show_difference(found: Difference) -> None:
    if not found.changes:
        say("Both have the same effect.")
        return
    if found.enforced:
        pools = ", ".join(found.enforced)
        begin = "begins" if len(found.enforced) == 1 else "begin"
        head = f"{counted(len(found.enforced), 'pool')} {begin} to be touched: "
        say(styled((head, "bold red"), pools))
    if found.left:
        say(styled(f"{counted(len(found.left), 'pool')} not touched any more: ", ", ".join(found.left)))
    bolder = [one for one in found.changes if one.bolder]
    if bolder:
        say("", styled(("The app may do more:", "bold yellow")))
        _show(bolder)
    others = [one for one in found.changes if not one.bolder]
    if others:
        say("", styled(("Also different:" if bolder else "Different:", "bold")))
        _show(others)


class Push(Struct, frozen=True):
    """What came of it. `pushed_by` is who pushed it: whoever did so before, where it lay there already. `is_obeyed` is
    whether the app obeys what lies in storage, by the settings used here."""

    version: str
    change: Difference
    pushed_by: str
    is_new: bool
    is_obeyed: bool


def push_policy(desk: Desk, read_as: tuple[Path, bool], speaker: Speaker, pools: int | None) -> Push | None:
    """None: its faults have been told; `read_as` is the file, and whether as JSON."""
    found = _read(*read_as)
    if found is None:
        return None
    policy, raw = found
    version = sha256(raw).hexdigest()[:12]
    text = raw.decode("utf-8-sig")

    async def work(store: Store) -> Push:
        lying = await read_pushed(store)
        change = differ(await _in_force(store, desk), policy)
        if not read_as[1]:
            show_difference(change)
        if lying.pushed is not None and lying.pushed.version == version:
            return Push(version, change, lying.pushed.who, False, _is_obeyed(desk))
        _counted(change, pools)
        pushed = Pushed(version, read_as[0].name, text, desk.clock.now(), speaker.who, speaker.why)
        await _put(store, pushed, lying)
        return Push(version, change, speaker.who, True, _is_obeyed(desk))

    return read(desk, work)


def show_push(push: Push) -> None:
    """What it changes was shown before."""
    if push.is_new:
        say("", styled(("Pushed", "bold green"), f": version {push.version} lies in storage."))
    else:
        say("", f"Version {push.version} lies in storage already: {push.pushed_by} pushed it.")
    if not push.is_obeyed:
        say("By the settings used here the app obeys a file of its package: it obeys what is pushed with")
        say(f"POOLKEEPER_POLICY_FILE={STORAGE} in its settings.")


async def _put(store: Store, pushed: Pushed, lying: Lying) -> None:
    """Told before it is done, as everything that the app does; and once more where it was not."""
    version = pushed.version
    await _tell(store, pushed, f"{pushed.who} pushes policy version {version}: {pushed.why}")
    try:
        await put_pushed(store, pushed, lying)
    except Conflict:
        await _tell(store, pushed, f"version {version} was not pushed: somebody else pushed at the same time")
        raise Trouble(
            "Nothing was pushed: somebody else pushed a policy at the same time. See `policy diff`, then push again.",
            NO,
        ) from None


async def _tell(store: Store, pushed: Pushed, text: str) -> None:
    data = {"who": pushed.who, "version": pushed.version, "source": pushed.source}
    record = AuditRecord(pushed.at, NOBODYS, AuditKind.PERSON, "policy", text, data=data)
    await AuditLog(store).append(NOBODYS, [record])


async def _in_force(store: Store, desk: Desk) -> Policy:
    """On a storage without a policy nothing is touched so far."""
    archive = await in_force_or_none(store, desk.clock.now())
    return Policy() if archive is None else archive.policy


def _counted(change: Difference, typed: int | None) -> None:
    begin = len(change.enforced)
    if begin and typed != begin:
        what = "their number is not that" if typed is not None else "type their number"
        raise Trouble(
            f"Nothing was pushed: {counted(begin, 'pool')} would begin to be touched "
            f"({', '.join(change.enforced)}), {what}: --pools {begin}, if that is meant.",
            NO,
        )


def _is_obeyed(desk: Desk) -> bool:
    return desk.settings().is_policy_in_storage


def _read(file: Path, as_json: bool) -> tuple[Policy, bytes] | None:
    try:
        raw = read_policy_file(file)
    except OSError as error:
        raise Trouble(f"{file} can not be read ({error.strerror}).", USAGE) from None
    try:
        return load(raw, str(file)), raw
    except PolicyError as error:
        tell_faults(file, raw, error.faults, as_json)
        return None


def _show(changes: list[Changed]) -> None:
    cells = ((styled(f"  {one.path}"), f"{one.before} → {one.after}") for one in changes)
    say(rows(grid("", ""), cells))
