"""A tenant of Microsoft Entra for tests: it has keys, publishes them, and issues tokens with any content."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from shared.auth.entra import ROLE
from shared.ports.http import HttpAnswer, HttpCall
from shared.settings import EntraAccess

TENANT = "72f988bf-0000-0000-0000-000000000000"
AUDIENCE = "api://poolkeeper"
ACCESS = EntraAccess(tenant=TENANT, audiences=frozenset({AUDIENCE, "client-id"}))


@cache
def rsa_key(name: str) -> RSAPrivateKey:
    """The key of this name; making one takes a moment."""
    assert name
    return generate_private_key(public_exponent=65537, key_size=2048)


def published(*names: str) -> bytes:
    """A key set document."""
    algorithm = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256)
    keys = [
        {**algorithm.to_jwk(rsa_key(name).public_key(), as_dict=True), "kid": name, "use": "sig"}
        for name in names
    ]
    return json.dumps({"keys": keys}).encode()


def claims(now: datetime, **changes: Any) -> dict[str, Any]:
    """Those of Azure Monitor's version 1 token; None takes one out."""
    good = {
        "iss": f"https://sts.windows.net/{TENANT}/",
        "aud": AUDIENCE,
        "nbf": int((now - timedelta(minutes=5)).timestamp()),
        "exp": int((now + timedelta(hours=1)).timestamp()),
        "roles": [ROLE],
        "appid": ACCESS.caller,
        "ver": "1.0",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def token(content: dict[str, Any], key: str = "k1", kid: str | None = None) -> str:
    """Signed with `key`, saying that it was `kid`."""
    return jwt.encode(content, rsa_key(key), algorithm="RS256", headers={"kid": kid or key})


class Published:
    """`Http` that gives the tenant's keys, or whatever `answers` says; an exception is raised."""

    def __init__(self, *names: str) -> None:
        self.answer: HttpAnswer | Exception = HttpAnswer(200, {}, published(*names))
        self.asked: list[str] = []
        self.until: asyncio.Event | None = None  # answers when this has happened

    async def send(self, call: HttpCall) -> HttpAnswer:
        self.asked.append(call.url)
        if self.until is not None:
            await self.until.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer
