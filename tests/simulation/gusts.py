"""What happens to requests on the wire, between the shipped adapters and the simulated interfaces.

The weather (`weather`) meets calls of ports; a gust meets one HTTP request, so that what an adapter makes of it is
told too. Some come now and then for the whole tale, others one after the other for a while:

    throttled       429 with Retry-After; nothing was done
    failing         500, 502 or 504, and it may have been done; 503, and it was not
    refused         no connection
    reset           the connection breaks; it may have been done
    halved          it was done, and half of the answer comes: as if it were all, or cut off
    slow            the request or its answer takes long, perhaps longer than anybody waits
    stale           an answer to the same question of some time ago
    elsewhere       another master answers
    circling        the answer leads to where it came from
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulator.virtual_time import VirtualClock
from simulator.wire import NoAnswer, Request, Response, Silence, json_response
from tests.prod import START
from tests.simulation.tale import Tale

type Handle = Callable[[Request], Awaitable[Response]]

EVERYWHERE = ("throttled", "failing", "refused", "reset", "halved", "slow")
KINDS = {"azure": (*EVERYWHERE, "stale", "circling"), "dcos": (*EVERYWHERE, "stale", "elsewhere", "circling")}
LIES = frozenset({"stale", "elsewhere"})
LONGEST_LIE_S = 30.0
OLDEST_S = {"azure": 200.0, "dcos": 60.0}
KEPT = 20


class CutOff(Exception):
    """The connection ended in the middle of the answer."""


@dataclass(frozen=True)
class Gust:
    """Which share of the requests to one side it meets, and from when to when."""

    kind: str
    side: str
    since: datetime
    until: datetime
    share: float


class Gusts:
    """Those of one tale. `met` counts them; while some of them `lie`, answers are kept for them."""

    def __init__(self, clock: VirtualClock, tale: Tale) -> None:
        self._clock = clock
        self._chance = Random(f"gusts {tale.seed}")
        self._always = tale.climate.failing
        self._gusts = _drawn(Random(f"wire {tale.seed}"), tale)
        self._old: dict[tuple[str, bytes], deque[tuple[datetime, Response]]] = {}
        self.lie = any(gust.kind in LIES for gust in self._gusts)
        self.met: dict[str, int] = {}

    def blow(self, gust: Gust) -> None:
        """One more."""
        self._gusts.append(gust)
        self.lie = self.lie or gust.kind in LIES

    def ends(self) -> None:
        self._gusts, self._always = [], 0.0

    async def carry(
        self, side: str, request: Request, handle: Handle, other: Handle | None = None
    ) -> Response:
        """The answer of `handle`, or what the wire makes of it. `other` is somebody else's. Raises NoAnswer, CutOff."""
        kind = self._kind(side)
        if kind is not None:
            self.met[kind] = self.met.get(kind, 0) + 1
        if kind == "elsewhere" and other is not None:
            return await other(request)
        if kind == "stale" and _is_read(request):
            return self._stale(side, request) or await self._remembered(request, handle)
        if kind is not None and kind not in LIES:
            return await self._spoiled(kind, request, handle)
        return await self._remembered(request, handle)

    def _kind(self, side: str) -> str | None:
        chance = self._chance
        if self._gusts:
            now = self._clock.now()
            for gust in self._gusts:
                if gust.side == side and gust.since <= now < gust.until and chance.random() < gust.share:
                    return gust.kind
        return chance.choice(EVERYWHERE) if self._always and chance.random() < self._always else None

    async def _spoiled(self, kind: str, request: Request, handle: Handle) -> Response:
        chance = self._chance
        if kind == "throttled":
            headers = {"Retry-After": str(chance.choice([1, 5, 30, 90]))}
            return json_response(429, {"error": {"code": "TooManyRequests", "message": "Later."}}, headers)
        if kind == "refused":
            raise NoAnswer(Silence.REFUSED)
        if kind == "circling":
            return Response(307, {"Location": request.url, "Content-Length": "0"})
        if kind == "slow":
            await asyncio.sleep(chance.choice([0.0, 3.0, 12.0]))
            answer = await handle(request)
            await asyncio.sleep(chance.choice([0.5, 3.0, 12.0, 40.0]))
            return answer
        if kind == "halved":
            return self._half(await handle(request))
        status = chance.choice([500, 502, 503, 504])
        if status != 503 and chance.random() < 0.5:
            await handle(request)
        if kind == "reset":
            raise NoAnswer(Silence.DROPPED)
        return json_response(status, {"error": {"code": "InternalServerError", "message": "It went wrong."}})

    def _half(self, answer: Response) -> Response:
        if self._chance.random() < 0.5:
            raise CutOff
        return Response(answer.status, dict(answer.headers), answer.body[: len(answer.body) // 2])

    async def _remembered(self, request: Request, handle: Handle) -> Response:
        answer = await handle(request)
        if self.lie and _is_read(request):
            kept = self._old.setdefault((request.url, request.body), deque(maxlen=KEPT))
            kept.append((self._clock.now(), answer))
        return answer

    def _stale(self, side: str, request: Request) -> Response | None:
        since = self._clock.now() - timedelta(seconds=OLDEST_S[side])
        kept = self._old.get((request.url, request.body), ())
        young = [answer for at, answer in kept if at >= since]
        if not young:
            return None
        answer = self._chance.choice(young)
        return Response(answer.status, dict(answer.headers), answer.body)


def _is_read(request: Request) -> bool:
    return request.method == "GET" or b'"type":"GET_' in request.body


def _moment(chance: Random, tale: Tale) -> float:
    """Mostly soon after something happened, when there is much to ask and to order."""
    if not tale.happenings or chance.random() < 0.2:
        return chance.uniform(20.0, tale.lasts_s)
    return chance.choice(tale.happenings).at_s + chance.uniform(0.0, 180.0)


def _drawn(chance: Random, tale: Tale) -> list[Gust]:
    gusts = []
    for _ in range(chance.choice([0, 2, 4, 8, 16])):
        side = chance.choice(list(KINDS))
        kind = chance.choice(KINDS[side])
        lasts_s = chance.choice([5.0, 20.0, 70.0, 200.0])
        if kind in LIES and side == "dcos":
            lasts_s = min(lasts_s, LONGEST_LIE_S)
        since = START + timedelta(seconds=_moment(chance, tale))
        until = since + timedelta(seconds=lasts_s)
        gusts.append(Gust(kind, side, since, until, chance.choice([0.1, 0.4, 1.0])))
    return gusts
