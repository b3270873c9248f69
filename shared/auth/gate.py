"""Which credentials open which door.

Each door for alerts exists twice: with a function key, which the host checks, and without, where this gate alone
decides. Credentials that are sent along with a key are checked too: whoever sends wrong ones is not let in.
"""

from __future__ import annotations

from shared.errors import Refused
from shared.model.signals import Source
from shared.ports.clock import Clock
from shared.settings import AlertLogin

from .entra import EntraTokens
from .logins import check_login


class AlertGate:
    def __init__(self, clock: Clock, login: AlertLogin, entra: EntraTokens) -> None:
        self._clock, self._login, self._entra = clock, login, entra

    async def check(self, source: Source, authorization: str, has_key: bool) -> None:
        """`Refused` when the caller may not come in, `Retry` when that cannot be told now. `has_key`: the host has
        checked a function key."""
        if has_key and not authorization:
            return
        if source is Source.ALERTMANAGER:
            check_login(authorization, self._login)
            return
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Refused("entra", "no_token", {})
        await self._entra.check(token.strip(), self._clock.now())
