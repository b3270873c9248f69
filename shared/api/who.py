"""Who calls, and in which role.

1. A bearer token of Microsoft Entra, of our tenant and for this app: the role is the highest of its app roles
   `Poolkeeper.View`, `Poolkeeper.Operate` and `Poolkeeper.Approve`. A genuine token without any of them is no caller's.
2. A key in the header `x-api-key`: settings hold the digests of such keys with their names and roles. They are our own
   and not keys of the Functions host, because the host checks a key and does not tell which one it was, and then nobody
   could say who did it (Azure/azure-docs function-keys-how-to.md).
3. Both, or neither: nobody.

All keys are compared, each in constant time, so that neither a guess nor its place can be measured from outside.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from shared.auth.entra import EntraTokens
from shared.auth.logins import digest
from shared.errors import Refused
from shared.model.roles import Role
from shared.ports.clock import Clock
from shared.settings import ApiKey

GUARD = "api"
APP_ROLES = {f"Poolkeeper.{role.value.capitalize()}": role for role in Role}
LONGEST_NAME = 120
LONGEST_KEY = 200


class Caller(Struct, frozen=True):
    """`name` is what the audit has: a user's name, an application's id, or the name of a key."""

    name: str
    role: Role


class Doorman:
    """Lets callers in. Closed until a tenant or a key is configured."""

    def __init__(self, clock: Clock, entra: EntraTokens, keys: Sequence[ApiKey]) -> None:
        self._clock, self._entra, self._keys = clock, entra, tuple(keys)

    async def let_in(self, authorization: str, key: str) -> Caller:
        """`Refused` with the reason, `Retry` when it cannot be told now."""
        if authorization and key:
            raise Refused(GUARD, "two_credentials", {})
        if key:
            return self._by_key(key)
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refused(GUARD, "no_credentials" if not authorization else "no_known_way", {})
        return _by_claims(await self._entra.claims(token.strip(), self._clock.now()))

    def _by_key(self, key: str) -> Caller:
        """Rule 2."""
        given = digest(key[: LONGEST_KEY + 1])
        found = [one for one in self._keys if hmac.compare_digest(bytes.fromhex(one.digest), given)]
        if not found:
            raise Refused(GUARD, "wrong_key", {})
        return Caller(f"key {found[0].name}", Role(found[0].role))


def _by_claims(claims: Mapping[str, Any]) -> Caller:
    """Rule 1."""
    told = claims.get("roles")
    roles = [APP_ROLES[one] for one in told if one in APP_ROLES] if isinstance(told, list) else []
    if not roles:
        raise Refused(GUARD, "without_role", {})
    names = (
        claims.get(claim) for claim in ("preferred_username", "upn", "unique_name", "appid", "azp", "oid")
    )
    name = next((one for one in names if isinstance(one, str) and one.strip()), "")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused(GUARD, "without_name", {})
    return Caller(name, max(roles, key=list(Role).index))
