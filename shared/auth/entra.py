"""Tokens of Microsoft Entra: of people and programs that use the API, and of Azure Monitor's secure webhook.

A token is genuine when all of this holds: it is signed (RS256) with a key that our tenant publishes, it was issued by
our tenant (in version 1 or 2) for our audience, and now is within its time (two minutes of skew). One of the webhook
also carries the role `ActionGroupsSecureWebhook`, and its caller is the action groups' application (`appid` in version
1, `azp` in 2). What others may do is said by their roles (`shared/api/who.py`).
Sources: MicrosoftDocs/azure-monitor-docs action-groups.md (secure webhook; application id and role); Azure/azure-docs
access-token-claims-reference and signing-key-rollover.

Keys are fetched once a day, and when a token names one that is not known: at most twice a minute, so that made-up
tokens cost the tenant nothing.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.errors import Refused, Retry
from shared.ports.http import Http, HttpCall
from shared.settings import EntraAccess

if TYPE_CHECKING:
    from jwt import PyJWK

ROLE = "ActionGroupsSecureWebhook"
SKEW = timedelta(minutes=2)
KEPT = timedelta(days=1)
PAUSE = timedelta(seconds=30)
TIMEOUT_S = 5.0
MOST_CHARACTERS = 16_384  # of a token; real ones have some 2,000

_LAST_S = 253_402_300_800  # the year 10000: a time beyond it is none


class EntraTokens:
    """Checks tokens. One for the process, because it keeps the tenant's keys."""

    def __init__(self, http: Http, access: EntraAccess) -> None:
        self._http, self._access = http, access
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def check(self, token: str, now: datetime) -> None:
        """`Refused` with the reason unless it is the webhook's token; `Retry` when the tenant's keys cannot be had."""
        self._check_caller(await self.claims(token, now))

    async def claims(self, token: str, now: datetime) -> dict[str, Any]:
        """What a genuine token says. `Refused` with the reason when it is none, `Retry` as above."""
        import jwt

        if not self._access.is_complete:
            raise Refused("entra", "not_configured", {})
        if len(token) > MOST_CHARACTERS:
            raise Refused("entra", "too_long", {"characters": len(token)})
        try:
            header = jwt.get_unverified_header(token)
            name = header.get("kid")
            if header.get("alg") != "RS256" or not isinstance(name, str):
                raise Refused("entra", "not_signed_as_entra_does", {})
            key = await self._key(name, now)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=sorted(self._access.audiences),
                issuer=self._access.issuers,
                # The time is checked below, by the clock that is given.
                options={
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "require": ["exp", "iss", "aud"],
                },
            )
        except jwt.InvalidTokenError as error:
            raise Refused("entra", type(error).__name__, {}) from error
        self._check_time(claims, now)
        return claims

    def _check_time(self, claims: dict[str, Any], now: datetime) -> None:
        ends, begins = claims["exp"], claims.get("nbf", 0)
        if not _is_time(ends) or not _is_time(begins):
            raise Refused("entra", "no_time", {})
        if now.timestamp() >= ends + SKEW.total_seconds():
            raise Refused("entra", "expired", {})
        if now.timestamp() < begins - SKEW.total_seconds():
            raise Refused("entra", "not_yet_valid", {})

    def _check_caller(self, claims: dict[str, Any]) -> None:
        roles = claims.get("roles")
        if not isinstance(roles, list) or ROLE not in roles:
            raise Refused("entra", "without_role", {})
        caller = claims.get("azp") if claims.get("ver") == "2.0" else claims.get("appid")
        if not isinstance(caller, str) or caller.lower() != self._access.caller.lower():
            raise Refused("entra", "other_caller", {})

    async def _key(self, name: str, now: datetime) -> PyJWK:
        known = self._known(name, now)
        if known is not None:
            return known  # without waiting for those who ask for another one
        async with self._lock:
            known = self._known(name, now)
            if known is not None:
                return known
            waited = self._tried_at is None or now - self._tried_at >= PAUSE
            if waited:
                self._tried_at = now
                self._keys, self._fetched_at = await self._fetch(), now
            elif not self._are_fresh(now):
                raise Retry("the tenant's keys could not be read", PAUSE)
            if name not in self._keys:
                raise Refused("entra", "unknown_key", {})
            return self._keys[name]

    def _known(self, name: str, now: datetime) -> PyJWK | None:
        return self._keys.get(name) if self._are_fresh(now) else None

    def _are_fresh(self, now: datetime) -> bool:
        return self._fetched_at is not None and now - self._fetched_at < KEPT

    async def _fetch(self) -> dict[str, PyJWK]:
        import jwt

        url = self._access.keys_url
        try:
            answer = await self._http.send(HttpCall("GET", url, {}, None, TIMEOUT_S))
            if answer.status != 200:
                raise Retry(f"{url} answered {answer.status}", PAUSE)
            keys = jwt.PyJWKSet.from_json(answer.body.decode())
        except (OSError, ValueError, AttributeError, TypeError, jwt.PyJWTError) as error:
            raise Retry(f"the tenant's keys could not be read from {url}: {error}", PAUSE) from error
        return {key.key_id: key for key in keys.keys if key.key_id}


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LAST_S
