"""Callers that are not let in, in the audit: who tried what, and why not.

A flood of them must not fill it: of one reason and one caller there is a line a minute, and of all together no more
than twenty; the next line says how many were left out. A caller that is not known is told by the address that it came
from.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.audit import AuditLog
from shared.model.audit import NOBODYS, AuditKind, AuditRecord

SPAN = timedelta(minutes=1)
MOST = 20
SHOWN = 100  # characters of a path


class TurnedAway:
    """One for the process."""

    def __init__(self, log: AuditLog) -> None:
        self._log = log
        self._begun: datetime | None = None
        self._told: set[tuple[str, str]] = set()
        self._left_out = 0

    async def tell(self, reason: str, whom: str, what: str, now: datetime) -> None:
        """`what` is the method and path."""
        if self._begun is None or now - self._begun >= SPAN:
            self._begun, self._told = now, set()
        if (reason, whom) in self._told or len(self._told) >= MOST:
            self._left_out += 1
            return
        self._told.add((reason, whom))
        left_out, self._left_out = self._left_out, 0
        more = f"; {left_out} more were turned away before that" if left_out else ""
        text = f"{_plain(whom)} was not let in ({reason}): {_plain(what)}{more}"
        data = {"reason": reason, "caller": _plain(whom), "left_out": left_out}
        record = AuditRecord(now, NOBODYS, AuditKind.REFUSED, "api", text, data=data)
        await self._log.append(NOBODYS, [record])


def _plain(text: str) -> str:
    """One line of what somebody else sent."""
    shown = text if len(text) <= SHOWN else text[:SHOWN] + "..."
    return "".join(one if one.isprintable() else "?" for one in shown)
