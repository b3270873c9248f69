"""The wire to the app's API: aiohttp, with a key or with a token of whoever is logged in to Azure.

A key or a token goes out over TLS only, but for this machine; a redirection is not followed, since credentials would go
with it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from cli.over_http import Heard, Silent
from cli.trouble import USAGE, Trouble

KEY, AUDIENCE = "POOLKEEPER_MY_KEY", "POOLKEEPER_API_AUDIENCE"
ROOT = "/api/v1"
TIMEOUT_S = 30.0
MOST_BYTES = 32 * 1024 * 1024
_HERE = {"localhost", "127.0.0.1", "::1"}


def root_of(address: str) -> str:
    """Where the API begins. `Trouble` when credentials can't be sent there."""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    host, scheme = parts.hostname or "", parts.scheme
    if not host or scheme not in {"https", "http"} or parts.username or parts.query or parts.fragment:
        raise Trouble(
            "--api takes an address such as https://APP.azurewebsites.net, so nothing was asked.", USAGE
        )
    if scheme == "http" and host not in _HERE:
        raise Trouble(
            "Nothing was asked: over http everybody on the way could read the key; use https.", USAGE
        )
    path = parts.path.rstrip("/")
    return f"{scheme}://{parts.netloc}{path if path.endswith(ROOT) else path + ROOT}"


@asynccontextmanager
async def opened_wire(address: str, env: Mapping[str, str]) -> AsyncIterator[ApiWire]:
    root = root_of(address)
    headers = await _credentials(env)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        yield ApiWire(session, root)


class ApiWire:
    """One session to one root."""

    def __init__(self, session: aiohttp.ClientSession, root: str) -> None:
        self._session, self._root = session, root

    async def send(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> Heard:
        url = URL(f"{self._root}/{path}", encoded=True).update_query(query)
        try:
            async with self._session.request(
                method, url, headers=headers, data=body or None, allow_redirects=False
            ) as response:
                raw = await response.content.read(MOST_BYTES + 1)
                while len(raw) <= MOST_BYTES and (more := await response.content.read(MOST_BYTES)):
                    raw += more
        except aiohttp.ClientConnectorError as error:
            raise Silent(f"no connection to {error.host}", is_unsent=True) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Silent(
                f"no answer within {TIMEOUT_S:g} s" if isinstance(error, TimeoutError) else "it broke off"
            ) from None
        if len(raw) > MOST_BYTES:
            raise Silent("its answer is too long")
        return Heard(response.status, raw)


async def _credentials(env: Mapping[str, str]) -> dict[str, str]:
    if key := env.get(KEY, "").strip():
        return {"x-api-key": key}
    if audience := env.get(AUDIENCE, "").strip():
        return {"authorization": f"Bearer {await _token(audience)}"}
    raise Trouble(
        f"Nothing was asked: --api needs {KEY}, or {AUDIENCE} and a login to Azure; `key` makes a key.", USAGE
    )


async def _token(audience: str) -> str:
    from azure.core.exceptions import ClientAuthenticationError

    from shared.azure.identity import open_credential

    async with open_credential(None) as credential:
        try:
            return (await credential.get_token(f"{audience.rstrip('/')}/.default")).token
        except ClientAuthenticationError:
            raise Trouble(
                f"No token for {audience} is to be had, so nothing was asked: log in (`az login`), and see"
                f" {AUDIENCE}."
            ) from None
