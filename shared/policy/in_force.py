"""Which policy is obeyed when the file changes, breaks, or is gone.

    text same as before ------------------------------> unchanged, nothing is parsed, no storage is asked
    text new and valid -------> kept as last good ----> loaded     (unchanged, if it was the last good one already)
    text new and faulty ------> its faults are kept --> rejected   (unchanged, if these faults are known already)
                                                        and the last good version stays in force
    faulty, and no last good version -----------------> Refused: nothing is done in any cluster

Last good text and known faults are in the Policy table, so that a restart, a new instance or a deployment with a
broken file goes on with what was in force before, and so that many instances tell a change once and not each. A
change is told in the return value; the caller audits it. When storage does not answer, its error goes through: the
next call begins anew, because a text counts as seen only when all of this is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct, json
from msgspec.structs import replace

from shared.errors import Refused
from shared.model.decisions import Number
from shared.policy.faults import Fault, PolicyError
from shared.policy.load import load
from shared.policy.schema import Policy
from shared.ports.store import Store, Table, Write

PARTITION = "policy"
LAST_GOOD = "last-good"
BEFORE = "before"
"""What was the last good one before this one, so that people can be told what has changed."""
REJECTED = "rejected"

type TextSource = Callable[[], Awaitable[str | bytes]]
"""Gives the file's content, with the iCalendar files that it names (`beside.py`), read off the event loop. An
`OSError` means that there is none just now."""


class Change(StrEnum):
    """loaded: a new text is in force. rejected: a new text is faulty, the last good one stays. unchanged: as told
    before."""

    LOADED = "loaded"
    REJECTED = "rejected"
    UNCHANGED = "unchanged"


class InForce(Struct, frozen=True):
    """`policy` is obeyed. `version` is the first 12 hex digits of the SHA-256 of its text. `faults` are those of the
    file as it is now, when that is not what is in force; empty otherwise."""

    policy: Policy
    version: str
    change: Change
    faults: tuple[Fault, ...] = ()


class LastGood(Struct, frozen=True):
    """The row of the last text that was valid."""

    version: str
    source: str
    text: str
    at: datetime


class Rejected(Struct, frozen=True):
    """The row of the text that is not obeyed, while there is one."""

    version: str
    source: str
    faults: tuple[Fault, ...]
    at: datetime


class PolicyInForce:
    """One for the process. `source` names the file in messages and in the table, `read` makes a policy of a text and
    `source`, or raises `PolicyError`."""

    def __init__(
        self,
        text_source: TextSource,
        source: str,
        store: Store,
        read: Callable[[str | bytes, str], Policy] = load,
    ) -> None:
        self._text_source = text_source
        self._source = source
        self._store = store
        self._read = read
        self._seen: tuple[str | bytes | Fault, InForce] | None = None
        self._turn = (
            asyncio.Lock()
        )  # invocations of one instance ask at the same time; a change is told to one

    async def current(self, now: datetime) -> InForce:
        """The policy to obey. Raises `Refused("policy", "no_valid_policy", ...)` when there is none, and the store's
        errors."""
        async with self._turn:
            text = await self._text()
            if self._seen is not None and self._seen[0] == text:
                return self._seen[1]
            result = await self._judged(text, _version(text), now)
            self._seen = text, replace(result, change=Change.UNCHANGED)
            return result

    async def _judged(self, text: str | bytes | Fault, version: str, now: datetime) -> InForce:
        if isinstance(text, Fault):
            return await self._rejected((text,), version, now)
        try:
            policy = self._read(text, self._source)
        except PolicyError as error:
            return await self._rejected(error.faults, version, now)
        return await self._loaded(policy, text, version, now)

    async def _loaded(self, policy: Policy, text: str | bytes, version: str, now: datetime) -> InForce:
        good, rejected = await self._last_good(), await self._known_faults()
        if good is not None and good.version == version and rejected is None:
            return InForce(policy, version, Change.UNCHANGED)
        plain = text if isinstance(text, str) else text.decode("utf-8-sig")
        row = LastGood(version, self._source, plain, now)
        if good is not None and good.version != version:  # alone, for two texts together may be too large
            await self._store.write(Table.POLICY, PARTITION, Write(BEFORE, json.encode(good), "*"))
        writes = (Write(LAST_GOOD, json.encode(row), "*"), Write(REJECTED, None, "*"))
        await self._store.write_all(Table.POLICY, PARTITION, writes)
        return InForce(policy, version, Change.LOADED)

    async def _rejected(self, faults: tuple[Fault, ...], version: str, now: datetime) -> InForce:
        known = await self._known_faults()
        is_new = known is None or known.version != version
        if is_new:
            row = Rejected(version, self._source, faults, now)
            await self._store.write(Table.POLICY, PARTITION, Write(REJECTED, json.encode(row), "*"))
        policy, good = await self._fallback(faults)
        return InForce(policy, good, Change.REJECTED if is_new else Change.UNCHANGED, faults)

    async def _fallback(self, faults: tuple[Fault, ...]) -> tuple[Policy, str]:
        """The last good policy and its version. This version of the app may read less than the one that kept it."""
        first = str(faults[0])
        numbers: dict[str, Number] = {
            "source": self._source,
            "faults": len(faults),
            "line": faults[0].line,
            "first": first,
        }
        good = await self._last_good()
        if good is None:
            raise Refused("policy", "no_valid_policy", numbers)
        try:
            return self._read(good.text, f"{good.source} ({LAST_GOOD})"), good.version
        except PolicyError as error:
            numbers["last_good"] = str(error.faults[0])
            raise Refused("policy", "no_valid_policy", numbers) from error

    async def _last_good(self) -> LastGood | None:
        stored = await self._store.get(Table.POLICY, PARTITION, LAST_GOOD)
        return None if stored is None else json.decode(stored.body, type=LastGood)

    async def _known_faults(self) -> Rejected | None:
        stored = await self._store.get(Table.POLICY, PARTITION, REJECTED)
        return None if stored is None else json.decode(stored.body, type=Rejected)

    async def _text(self) -> str | bytes | Fault:
        try:
            return await self._text_source()
        except OSError as error:
            return Fault(1, 1, "", f"no file that can be read ({type(error).__name__})", "the policy file")


def _version(text: str | bytes | Fault) -> str:
    if isinstance(text, Fault):
        return "unreadable"
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return sha256(raw).hexdigest()[:12]
