"""Who calls: the identity in the bearer token of an ARM request.

Azure reads a caller's object id and application id from its token and tells them to Event Grid subscribers
(`data.authorization.evidence.principalId`, `data.claims.appid`), which is how a service recognises its own echo. Here a
token is either an unsigned JWT with the claims `oid` and `appid` (make one with `bearer_token`), or any other text,
for which both ids are derived from the text, so that the same token is always the same caller.
"""

import base64
import binascii
import uuid
from typing import Any

import msgspec

from simulator.wire import Request
from simulator.world.journal import Actor, By

_SPACE = uuid.UUID("5b0fb1f4-6fd4-4f0e-9d0f-6f6f1a3c2d10")


def bearer_token(principal_id: str, app_id: str) -> str:
    """A token for the Authorization header (after "Bearer ") that carries this identity; it is signed by nobody."""
    parts = ({"alg": "none", "typ": "JWT"}, {"oid": principal_id, "appid": app_id})
    head, claims = (
        base64.urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=").decode() for part in parts
    )
    return f"{head}.{claims}."


def principal_of(token: str) -> str:
    """The principal id that the simulator gives to a token which is not a JWT."""
    return str(uuid.uuid5(_SPACE, f"principal {token}"))


def caller_of(request: Request) -> Actor | None:
    """The caller; None when the request carries no bearer token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    claims = _claims(token)
    principal = str(claims.get("oid") or principal_of(token))
    app = str(claims.get("appid") or uuid.uuid5(_SPACE, f"app {token}"))
    return Actor(By.CLIENT, "arm", principal, app)


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        claims = msgspec.json.decode(base64.urlsafe_b64decode(padded))
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return claims if isinstance(claims, dict) else {}
