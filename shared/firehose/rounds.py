"""Rounds: every master and every remembered agent of Mesos is asked for its metrics.

Clusters without Telegraf are watched all the same: Mesos serves `/metrics/snapshot` by itself, on masters at port 5050
and on agents at 5051 (apache/mesos:docs/monitoring.md). An answer goes the way of a snapshot that was posted.

A round is each minute and asks masters and agents alike. Agents less often would cost less and find less: two values
count as one stretch when they are two minutes apart at the most (`course.longest_gap`), so a rule of two minutes would
never fire on values that come each fifth. A thousand agents cost about a second of one core, ten thousand about nine.
Where no rule wants what a kind of node tells, that kind is not asked.

Who does not answer holds one of many places for two seconds, and is asked after all others next time. When the time
of a round is up, whoever was not asked comes first among the likes of it in the next.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.errors import Poison, PoolkeeperError
from shared.firehose.body import MOST_SENT, Sender
from shared.firehose.ear import MetricsEar
from shared.firehose.follow import metrics_of
from shared.firehose.index import rules_of
from shared.policy.schema import ClusterPolicy, Policy
from shared.ports.clock import Clock
from shared.ports.http import Http, HttpCall

MASTER_PORT, AGENT_PORT = 5050, 5051
PATH = "/metrics/snapshot?timeout=1secs"
"""Mesos waits for its slowest part otherwise; with this it leaves out what is not there in time
(apache/mesos:3rdparty/libprocess/src/metrics/metrics.cpp)."""

AT_ONCE = 32
ANSWER_S = 2.0
LONGEST = timedelta(seconds=10)
"""Nobody is asked later than this in a round, so that it ends after 12 seconds: it goes beside the glances, which come
each 20."""

_MASTERS_TELL = frozenset({"master", "registrar", "allocator"})
_AGENTS_TELL = frozenset({"slave", "containerizer", "gc"})


class Came(StrEnum):
    """What came of asking one node."""

    HEARD = "heard"
    SILENT = "silent"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    LEFT = "left for the next round"


class Place(Struct, frozen=True, order=True):
    """Where one is asked: `host:port`."""

    is_agent: bool
    cluster: str
    address: str


class Rounds:
    """One per process. Remembers whom it asked when, and who was silent."""

    def __init__(self, http: Http, clock: Clock, ear: MetricsEar) -> None:
        self._http, self._clock, self._ear = http, clock, ear
        self._asked: dict[Place, datetime] = {}
        self._silent: set[Place] = set()

    async def go(self, policy: Policy) -> dict[str, int]:
        """Ask once around. A node that does not answer, or not well, is counted. Raises what storage raises: nobody
        else is asked then, for what they say could not be kept; the next round asks them again."""
        if not any(any(who_tells(cluster)) for cluster in policy.clusters):
            return {}
        places = await self._places(policy)
        self._asked = {place: self._asked[place] for place in places if place in self._asked}
        self._silent &= set(places)
        walk = _Walk(iter(places), policy, self._clock.now() + LONGEST)
        ends = await asyncio.gather(*(self._ask_on(walk) for _ in range(AT_ONCE)), return_exceptions=True)
        for end in ends:
            if end is not None:
                raise end
        walk.came[Came.LEFT] = len(places) - walk.came.total()
        return {how.value: count for how, count in walk.came.items() if count}

    async def _places(self, policy: Policy) -> list[Place]:
        """Masters, agents that answered, agents that did not; each of these by how long ago they were asked."""
        agents = await self._ear.agents(policy, self._clock.now())
        places: set[Place] = set()
        for cluster in policy.clusters:
            wants_masters, wants_agents = who_tells(cluster)
            if wants_masters:
                places |= {Place(False, cluster.name, _with_port(one)) for one in cluster.masters}
            if wants_agents:
                found = agents.get(cluster.name, frozenset())
                places |= {Place(True, cluster.name, f"{one}:{AGENT_PORT}") for one in found}
        never = datetime.min.replace(tzinfo=self._clock.now().tzinfo)
        return sorted(
            places,
            key=lambda one: (one.is_agent, one in self._silent, self._asked.get(one, never), one),
        )

    async def _ask_on(self, walk: _Walk) -> None:
        """Ask one after the other, until there is nobody left, or no time, or storage fails."""
        for place in walk.places:
            if self._clock.now() >= walk.until or walk.is_broken:
                return
            self._asked[place] = self._clock.now()
            came = await self._ask(place, walk)
            walk.came[came] += 1
            (self._silent.add if came is Came.SILENT else self._silent.discard)(place)

    async def _ask(self, place: Place, walk: _Walk) -> Came:
        call = HttpCall(
            "GET", f"http://{place.address}{PATH}", {"accept": "application/json"}, None, ANSWER_S
        )
        try:
            answer = await self._http.send(call)
        except (OSError, ValueError):  # ValueError: an address of which no URL can be made
            return Came.SILENT
        if answer.status != 200 or len(answer.body) > MOST_SENT:
            return Came.REFUSED
        async with walk.hearing:
            return await self._hear(place, answer.body, walk)

    async def _hear(self, place: Place, body: bytes, walk: _Walk) -> Came:
        """One at a time, so that what the ear reads anew now and then is read once and not by all side by side."""
        if walk.is_broken:
            return Came.LEFT
        sender = Sender(place.cluster, place.address)
        try:
            await self._ear.hear("snapshot", body, sender, walk.policy, self._clock.now())
        except Poison:
            return Came.UNREADABLE
        except PoolkeeperError:
            walk.is_broken = True
            raise
        return Came.HEARD


class _Walk:
    """One round under way. `is_broken`: what is heard can't be kept."""

    def __init__(self, places: Iterator[Place], policy: Policy, until: datetime) -> None:
        self.places, self.policy, self.until = places, policy, until
        self.came: Counter[Came] = Counter()
        self.hearing = asyncio.Lock()
        self.is_broken = False


def who_tells(cluster: ClusterPolicy) -> tuple[bool, bool]:
    """Whether masters, and whether agents, have a metric that some rule of the cluster wants or a pool's size follows.
    All names of Mesos have a slash; those that are known to be the one kind's own are not looked for at the other."""
    metrics = (*(rule.metric for rule in rules_of(cluster)), *metrics_of(cluster))
    rooms = {metric.partition("/")[0] for metric in metrics if "/" in metric}
    return bool(rooms - _AGENTS_TELL), bool(rooms - _MASTERS_TELL)


def _with_port(master: str) -> str:
    return master if ":" in master else f"{master}:{MASTER_PORT}"
