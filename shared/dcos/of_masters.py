"""What asks the masters of one cluster for many things side by side.

Each part stands for itself: what answers badly or not in time takes its own reading with it and no other. Health
(`health.py`) and workloads (`workloads.py`) are read so; they differ in how long they wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from shared.dcos.doors import Hosts, host_alone
from shared.errors import PoolkeeperError
from shared.model.readings import Failure, Reading, Value
from shared.ports.clock import Clock
from shared.ports.http import Http
from shared.settings import DcosPorts


class OfMasters:
    """`masters` as the policy gives them, each `host` or `host:port`; the port is that of Mesos and not used here.
    `longest_s` is for one part, however many masters are asked for it."""

    def __init__(
        self, http: Http, clock: Clock, masters: tuple[str, ...], ports: DcosPorts | None, longest_s: float
    ) -> None:
        self._hosts = Hosts(http, tuple(dict.fromkeys(host_alone(one) for one in masters)))
        self._clock, self._ports, self._longest_s = clock, ports or DcosPorts(), longest_s

    async def _reading[T](self, source: str, call: Awaitable[T]) -> Reading[T]:
        try:
            async with asyncio.timeout(self._longest_s):
                value = await call
        except PoolkeeperError as error:
            return Failure(str(error), source, self._clock.now())
        except TimeoutError:
            return Failure(f"no answer within {self._longest_s:g} s", source, self._clock.now())
        return Value(value, source, self._clock.now())
