"""`Http` on aiohttp: one exchange with one machine of the cluster, bounded in time and size.

Two failures must not be mixed up, because one of them may have destroyed something: when no connection came about,
nothing was sent (`ConnectionError`); when the request left and the answer got lost, cut off or grew too big, it may
have been carried out (`TimeoutError`). Every exchange therefore has a connection of its own: on a kept one, a broken
pipe would not tell the two apart, and in a virtual network a new connection costs one round trip.

aiohttp is imported at the first exchange, not with this module (cold start).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.ports.closing import Closing
from shared.ports.http import HttpAnswer, HttpCall

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes after unpacking. A master with 1,000 agents and 20,000 tasks answers GET_STATE with about 31 MB; a cluster
twice as big needs a higher limit, and about three times the limit in memory."""

CONNECT_TIMEOUT_S = 2.0
"""A master in the same virtual network accepts in milliseconds; one that is switched off never does."""


class AiohttpHttp(Closing):
    """Implements `shared.ports.http.Http`."""

    def __init__(self, connect_timeout_s: float = CONNECT_TIMEOUT_S, body_limit: int = BODY_LIMIT) -> None:
        self._connect_timeout_s = connect_timeout_s
        self._body_limit = body_limit
        self._session: ClientSession | None = None

    async def send(self, call: HttpCall) -> HttpAnswer:
        import aiohttp

        try:
            answer = await self._exchange(call)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise ConnectionError(f"no connection to {call.url}: {error}") from error
        except aiohttp.ClientError as error:
            raise TimeoutError(
                f"the answer of {call.url} got lost: {type(error).__name__} {error}"
            ) from error
        except TimeoutError as error:
            raise TimeoutError(f"no answer of {call.url} within {call.timeout_s:g} s") from error
        if len(answer.body) > self._body_limit:
            raise TimeoutError(
                f"the answer of {call.url} is longer than {self._body_limit} bytes and was cut off"
            )
        return answer

    async def _exchange(self, call: HttpCall) -> HttpAnswer:
        import aiohttp

        connecting_s = min(self._connect_timeout_s, call.timeout_s)
        async with self._open().request(
            call.method,
            call.url,
            headers=dict(call.headers),
            data=call.body,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=call.timeout_s, sock_connect=connecting_s),
        ) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return HttpAnswer(response.status, headers, await self._body(response))

    async def _body(self, response: ClientResponse) -> bytes:
        """The body, unpacked; cut off soon after the limit."""
        parts: list[bytes] = []
        size = 0
        async for part in response.content.iter_chunked(1 << 16):
            parts.append(part)
            size += len(part)
            if size > self._body_limit:
                response.close()
                break
        return b"".join(parts)

    def _open(self) -> ClientSession:
        """The session, made at first use: it belongs to the event loop that is running then."""
        if self._session is None:
            import aiohttp

            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True, limit_per_host=8),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
