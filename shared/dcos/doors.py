"""Where the health interfaces of a cluster listen, and how they are asked.

All are asked directly, without a login (dcos/dcos:gen/dcos-config.yaml leaves them open inside the network); only
checks and packages go through Admin Router. Masters are asked one after the other and the first good answer counts,
because each of these interfaces tells the same of the whole cluster. Every request is bounded in time and the answer in
size: Exhibitor is known to take up to 15 minutes (mesosphere/dcos-docs-site, troubleshooting).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import timedelta

from msgspec import Struct

from shared.dcos.masters import UNREADABLE, shown
from shared.errors import Retry
from shared.ports.http import Http, HttpAnswer, HttpCall

ANSWER_TIMEOUT_S = 5.0
NEXT_LOOK = timedelta(minutes=5)
GOOD = frozenset({200})


class Door(Struct, frozen=True):
    """One interface: which port, which path; `method` POST carries no body and no content type."""

    port: int
    path: str
    method: str = "GET"
    timeout_s: float = ANSWER_TIMEOUT_S
    good: Collection[int] = GOOD


class Hosts(Struct, frozen=True):
    """Machines that can all tell the same, by host without port: mostly the masters of a cluster."""

    http: Http
    names: tuple[str, ...]

    async def knock(self, host: str, door: Door) -> HttpAnswer:
        """`Retry` when there is no answer or not one of the good ones."""
        url = f"http://{host}:{door.port}{door.path}"
        call = HttpCall(door.method, url, {"accept": "application/json"}, None, door.timeout_s)
        try:
            answer = await self.http.send(call)
        except OSError as error:  # TimeoutError and ConnectionError are OSErrors
            raise Retry(f"{url} does not answer ({error})", NEXT_LOOK) from error
        if answer.status not in door.good:
            raise Retry(f"{url} answers {shown(answer)}", NEXT_LOOK)
        return answer

    async def first(self, door: Door) -> tuple[str, HttpAnswer]:
        """The first of them that answers well, and its answer. `Retry` tells what each of them said."""
        said: list[str] = []
        for host in self.names:
            try:
                return host, await self.knock(host, door)
            except Retry as error:
                said.append(error.why)
        raise Retry("; ".join(said) or "no machine is named", NEXT_LOOK)


def host_alone(master: str) -> str:
    """`10.0.0.5` of `10.0.0.5:5050`, in lower case."""
    host, colon, _ = master.strip().lower().rpartition(":")
    return host if colon else master.strip().lower()


def understood[T](what: str, read: Callable[[bytes], T], body: bytes) -> T:
    """`Retry` when the answer can't be read; no half of it is used."""
    try:
        return read(body)
    except UNREADABLE as error:
        raise Retry(f"the answer of {what} is malformed ({error})", NEXT_LOOK) from error


async def within[K, T](
    longest_s: float, at_once: int, jobs: Mapping[K, Callable[[], Awaitable[T]]]
) -> dict[K, T]:
    """What could be read in this time, a few at once; what raised `Retry` or was not ready is left out."""
    gate, found = asyncio.Semaphore(at_once), dict[K, T]()

    async def do(key: K, job: Callable[[], Awaitable[T]]) -> None:
        async with gate:
            with suppress(Retry):
                found[key] = await job()

    with suppress(TimeoutError):
        async with asyncio.timeout(longest_s):
            await asyncio.gather(*(do(key, job) for key, job in jobs.items()))
    return found
