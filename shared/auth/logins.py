"""Bearer token, or user name and password, as Alertmanager's `http_config` sends them.

Secrets are compared by their digests and in constant time, so that neither how much of a guess was right nor how long
the secret is can be measured from outside.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from shared.errors import Refused
from shared.settings import AlertLogin


def check_login(authorization: str, login: AlertLogin) -> None:
    """`Refused` unless the header `Authorization` carries what is configured. Nothing configured lets nobody in."""
    scheme, _, given = authorization.partition(" ")
    given = given.strip()
    if scheme.lower() == "bearer" and login.token:
        wanted, found = login.token, given
    elif scheme.lower() == "basic" and login.user and login.password:
        wanted, found = f"{login.user}:{login.password}", _decoded(given)
    else:
        raise Refused("login", "no_known_way" if authorization else "nothing_given", {})
    if not hmac.compare_digest(digest(wanted), digest(found)):
        raise Refused("login", f"wrong_{scheme.lower()}", {})


def _decoded(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def digest(text: str) -> bytes:
    """SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
