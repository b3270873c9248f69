"""What happens to calls on their way between the app and the world.

Every call takes time, so that whatever runs side by side meets in ever other orders. Troubles last for a while and come
over each other; what a trouble does to a call depends on the call alone: reads fail with `Retry`, writes also with
`Unknown` and may have been carried out. Lies are answers that were never true, or not any more.

A process that dies in the middle of a call hears no answer, and nothing that it still tries gets out of it. A process
that freezes does so after a call has taken effect, before it hears the answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from msgspec.structs import replace

from shared.errors import PoolkeeperError, Retry, Unknown
from simulator.virtual_time import VirtualClock
from tests.simulation.process import Process
from tests.simulation.tale import Climate
from tests.watched import Around, Call

READS = frozenset(
    {
        "compute.scale_set",
        "compute.instances",
        "compute.instance",
        "compute.addresses",
        "compute.look",
        "scheduler.state",
        "workloads.read",
        "council.read",
        "health.read",
        "machines.machines",
        "machines.machine",
        "machines.look",
        "store.get",
        "store.query",
    }
)
AT_ONCE = 0.6  # of all calls: every wait costs, and which ones wait is different each time
KEPT = 40  # answers of each kind, for those that come again


class Weather:
    """`trouble` begins one; `ends` when all are over."""

    def __init__(self, clock: VirtualClock, chance: Random, climate: Climate) -> None:
        self._clock, self._chance, self.climate = clock, chance, climate
        self._rests = False
        self._ambush: tuple[Callable[[Call], bool], Callable[[Process], None]] | None = None
        self._until: dict[str, tuple[datetime, int]] = {}
        self._old: dict[tuple[str, str], deque[tuple[datetime, Any]]] = {}

    def trouble(self, kind: str, lasts_s: float, number: int = 0) -> None:
        self._until[kind] = self._clock.now() + timedelta(seconds=lasts_s), number

    def ambush(self, where: Callable[[Call], bool], what: Callable[[Process], None]) -> None:
        """To the process that next makes such a call this happens, after the call has taken effect."""
        self._ambush = where, what

    def ends(self) -> None:
        """From now on everything answers, quickly and truly."""
        self._until.clear()
        self.climate = Climate(slow=0.0)

    def rests(self) -> None:
        """From now on everything answers at once."""
        self._rests = True
        self.climate = Climate(slow=0.0, latency_s=0.0, delivery_s=0.0)

    def number_of(self, kind: str) -> int | None:
        """The number that came with this trouble, while it lasts."""
        if not self._until:
            return None
        until, number = self._until.get(kind, (None, 0))
        return number if until is not None and self._clock.now() < until else None

    def around(self, process: Process, inner: Around) -> Around:
        """The weather between this process and the world. `inner` is what lies behind it."""

        async def call_through(call: Call) -> Any:
            process.raise_if_dead()
            if self._rests:
                return await inner(call)
            latency_s = self._latency()
            if latency_s:
                await asyncio.sleep(latency_s)
                process.raise_if_dead()
            error = self._error(call)
            if error is not None and not self._is_done_all_the_same(call, error):
                raise error
            answer = await inner(call)
            if call.name in _REMEMBERED:
                answer = self._said(call, answer)
            if self._ambush is not None and self._ambush[0](call):
                (_, what), self._ambush = self._ambush, None
                what(process)
            if process.is_frozen:
                await process.thaws()
            process.raise_if_dead()
            if error is not None:
                raise error
            return answer

        return call_through

    def _latency(self) -> float:
        climate, chance = self.climate, self._chance
        if self.number_of("everything_is_slow") is not None:
            return chance.uniform(0.5, 12.0)
        if climate.slow and chance.random() < climate.slow:
            return chance.uniform(1.0, 8.0)
        if chance.random() < AT_ONCE:
            return 0.0
        return climate.latency_s * (0.2 + chance.random())

    def _is_done_all_the_same(self, call: Call, error: PoolkeeperError) -> bool:
        if call.name == "queues.send":
            return (
                self._chance.random() < 0.1
            )  # more would be a flood: whoever fails comes again, with its message
        return isinstance(error, Unknown) and self._chance.random() < 0.5

    def _error(self, call: Call) -> PoolkeeperError | None:
        """What this call meets, if anything."""
        for kind, port, error in _TROUBLES if self._until else ():
            if not call.name.startswith(port):
                continue
            number = self.number_of(kind)
            if number is not None:
                return error(call, number)
        if self.climate.failing and self._chance.random() < self.climate.failing:
            return _failed(call, self._chance.randint(0, 9))
        return None

    def _said(self, call: Call, answer: Any) -> Any:
        """The true answer, or what is said instead."""
        now, port = self._clock.now(), call.name.partition(".")[0]
        about = str(call.args[1]) if call.name == "compute.instance" else ""
        old = self._old.setdefault((call.name, about), deque(maxlen=KEPT))
        old.append((now, answer))
        number = self.number_of(f"{port} is stale")
        if number is not None:
            then = now - timedelta(seconds=_AGES[port] * (1 + number % 5))
            answer = next((said for at, said in reversed(old) if at <= then), old[0][1])
        for kind, name, lie in _LIES:
            number = self.number_of(kind) if name == call.name else None
            if number is not None:
                answer = lie(answer, number)
        return answer


def _failed(call: Call, number: int) -> PoolkeeperError:
    """No answer came, or one that says nothing."""
    if call.name in READS or call.name == "queues.send" or number % 3 == 0:
        return Retry(f"{call.name}: no answer", timedelta(seconds=1 + number))
    return Unknown(f"{call.name}: the connection was closed")


def _silent(call: Call, number: int) -> PoolkeeperError:
    return Retry(f"{call.name}: nobody answers", timedelta(seconds=5))


def _throttled(call: Call, number: int) -> PoolkeeperError:
    return Retry(f"{call.name}: 429", timedelta(seconds=5 + 4 * number))


def _lost(call: Call, number: int) -> PoolkeeperError | None:
    return None if call.name in READS else _failed(call, number)


_TROUBLES: tuple[tuple[str, str, Callable[[Call, int], PoolkeeperError | None]], ...] = (
    ("masters_fall_silent", "scheduler.", _silent),
    ("masters_fall_silent", "workloads.", _silent),
    ("azure_falls_silent", "compute.", _silent),
    ("azure_falls_silent", "machines.", _silent),
    ("azure_throttles", "compute.", _throttled),
    ("azure_throttles", "machines.", _throttled),
    ("storage_fails", "store.", _failed),
    ("storage_fails", "queues.", _failed),
    ("the_app_is_cut_off", "scheduler.", _silent),
    ("the_app_is_cut_off", "compute.", _silent),
    ("the_app_is_cut_off", "workloads.", _silent),
    ("the_app_is_cut_off", "council.", _silent),
    ("the_app_is_cut_off", "health.", _silent),
    ("the_app_is_cut_off", "machines.", _silent),
    ("answers_get_lost", "compute.", _lost),
    ("answers_get_lost", "scheduler.", _lost),
    ("answers_get_lost", "workloads.", _lost),
    ("answers_get_lost", "machines.", _lost),
)
_REMEMBERED = frozenset(
    {
        "compute.scale_set",
        "compute.instances",
        "compute.instance",
        "compute.addresses",
        "scheduler.state",
    }
)
_AGES = {"compute": 60.0, "scheduler": 20.0}
"""Seconds, the youngest stale answers; the oldest are five times that."""


def _half[T](answer: tuple[T, ...], number: int) -> tuple[T, ...]:
    return answer[: len(answer) // 2] if number % 2 else answer[len(answer) // 2 :]


def _half_of(answer: Mapping[str, str], number: int) -> Mapping[str, str]:
    keys = sorted(answer)
    return {} if number % 3 == 0 else {key: answer[key] for key in _half(tuple(keys), number)}


_LIES: tuple[tuple[str, str, Callable[[Any, int], Any]], ...] = (
    ("masters_list_nobody", "scheduler.state", lambda state, number: replace(state, agents=())),
    ("azure_lists_nothing", "compute.instances", lambda listed, number: ()),
    ("azure_lists_half", "compute.instances", _half),
    (
        "capacity_is_wrong",
        "compute.scale_set",
        lambda there, number: replace(there, capacity=(0, -1, there.capacity // 2, 1)[number % 4]),
    ),
    ("addresses_are_missing", "compute.addresses", _half_of),
)
