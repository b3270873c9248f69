"""`EachMaster`: every master asked for itself, behind the port `MasterReports`.

Of Mesos two things are asked side by side: who leads (`leader.py` knows how each version is asked), and
`/metrics/snapshot`, which every master answers for itself, with `registrar/log/recovered` and how long it runs
(apache/mesos:docs/monitoring.md). It answers when either is answered.

Of ZooKeeper Exhibitor tells, in two ways. `cluster/status` is asked of one and tells of all, but Exhibitor asks its
peers for it and is known to take very long while one of them hangs (mesosphere/dcos-docs-site, troubleshooting), which
is just when it matters here. So each is asked for its own `cluster/state` at the same time, and where the status does
not come, what each says of itself counts; who says nothing is left out of the ensemble.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

from shared.dcos import exhibitor
from shared.dcos.doors import Hosts, host_alone
from shared.dcos.leader import UNANSWERED, Leader, LeaderSearch, Points, Silent
from shared.dcos.masters import UNREADABLE, Masters, address
from shared.errors import Retry
from shared.model.health import Ensemble, Member
from shared.model.masters import MastersSaid, MesosMaster
from shared.model.readings import Failure, Reading, Value
from shared.ports.clock import Clock
from shared.ports.http import Http
from shared.ports.masters import MasterReports
from shared.settings import DcosPorts

METRICS = "/metrics/snapshot?timeout=1secs"
ANSWER_S = 3.0
STATUS_S = 5.0
"""How long the pass waits for Exhibitor's status of all."""

_metrics = msgspec.json.Decoder(dict[str, Any])


class _Metrics(Struct, frozen=True):
    recovered: bool | None
    uptime_s: float | None


class EachMaster(MasterReports):
    """`masters` as the policy gives them, `addresses` their private ones in the same order."""

    def __init__(
        self,
        http: Http,
        clock: Clock,
        masters: tuple[str, ...],
        addresses: tuple[str, ...],
        ports: DcosPorts | None = None,
    ) -> None:
        self._http, self._clock, self._masters = http, clock, masters
        self._addresses, self._ports = addresses, ports or DcosPorts()
        self._requests = Masters(http)
        self._search = LeaderSearch(self._requests, masters)

    async def read(self) -> MastersSaid:
        words, ensemble = await asyncio.gather(
            asyncio.gather(*(self._mesos(address(master)) for master in self._masters)), self._ensemble()
        )
        return MastersSaid(dict(zip(self._masters, words, strict=True)), ensemble)

    async def _mesos(self, master: str) -> Reading[MesosMaster]:
        word, metrics = await asyncio.gather(self._search.ask(master), self._read_metrics(master))
        now = self._clock.now()
        if metrics is None and isinstance(word, Silent) and word.why == UNANSWERED:
            return Failure(f"{UNANSWERED} {word.detail}".strip(), f"mesos {master}", now)
        uptime_s = metrics.uptime_s if metrics else None
        said = MesosMaster(
            known_as=word.known_as if isinstance(word, Leader) else frozenset(),
            follows=word.to if isinstance(word, Points) else None,
            recovered=metrics.recovered if metrics else None,
            started_at=None if uptime_s is None else now - timedelta(seconds=uptime_s),
        )
        return Value(said, f"mesos {master}", now)

    async def _read_metrics(self, master: str) -> _Metrics | None:
        try:
            answer = await self._requests.send(master, METRICS, timeout_s=ANSWER_S)
        except OSError:  # TimeoutError and ConnectionError are OSErrors
            return None
        if answer.status != 200:
            return _Metrics(None, None)
        try:
            values = _metrics.decode(answer.body)
        except UNREADABLE:
            return _Metrics(None, None)
        recovered, uptime_s = (
            _number(values, "registrar/log/recovered"),
            _number(values, "master/uptime_secs"),
        )
        sane = uptime_s is not None and 0 <= uptime_s < timedelta.max.days
        return _Metrics(None if recovered is None else recovered == 1, uptime_s if sane else None)

    async def _ensemble(self) -> Reading[Ensemble]:
        """What one tells of all, or what each tells of itself."""
        hosts = Hosts(self._http, tuple(dict.fromkeys(host_alone(one) for one in self._masters)))
        status, own = await asyncio.gather(
            self._status(hosts), asyncio.gather(*(self._own(master) for master in range(len(self._masters))))
        )
        if isinstance(status, Ensemble):
            return Value(status, "exhibitor", self._clock.now())
        members = tuple(one for found in own for one in found)
        if members:
            return Value(Ensemble(members), "exhibitor of each", self._clock.now())
        return Failure(status, "exhibitor", self._clock.now())

    async def _status(self, hosts: Hosts) -> Ensemble | str:
        try:
            async with asyncio.timeout(STATUS_S):
                return await exhibitor.read(hosts, self._ports)
        except Retry as error:
            return error.why
        except TimeoutError:
            return f"Exhibitor tells nothing within {STATUS_S:g} s"

    async def _own(self, master: int) -> tuple[Member, ...]:
        """Of the Exhibitor on this master; empty when it says nothing, or when others are reached at the same host, so
        that nobody could tell whose answer it is."""
        hosts = [host_alone(one) for one in self._masters]
        host = Hosts(self._http, (hosts[master],))
        if hosts.count(hosts[master]) > 1:
            return ()
        try:
            async with asyncio.timeout(ANSWER_S):
                return (await exhibitor.read_own(host, self._ports, self._addresses[master]),)
        except (Retry, TimeoutError):
            return ()


def _number(values: dict[str, Any], name: str) -> float | None:
    found = values.get(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
