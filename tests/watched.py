"""Ports with somebody in between: every call passes through `around`, which may look, wait, fail, or end the world.

    async def around(call: Call) -> Any:
        ...                                   before it takes effect
        answer = await call.go()
        ...                                   it took effect, the caller does not know yet
        return answer

Crashes, interleavings and observers are made of this. The twins stay what they are, and so does the product.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction, markcoroutinefunction
from typing import Any, cast


@dataclass(slots=True)
class Call:
    """`name` is `port.method`, `go` carries it out. Nobody changes it; to forbid that would cost more than the call."""

    name: str
    args: tuple[Any, ...]
    go: Callable[[], Awaitable[Any]]


type Around = Callable[[Call], Awaitable[Any]]


class _Watched:
    def __init__(self, name: str, port: object, around: Around) -> None:
        self._name, self._port, self._around = name, port, around

    def __getattr__(self, method: str) -> Any:
        target = getattr(self._port, method)
        if not iscoroutinefunction(target):
            return target
        name, around = f"{self._name}.{method}", self._around

        def watched_call(*args: Any, **named: Any) -> Any:
            given = (*args, *named.values()) if named else args
            return around(Call(name, given, lambda: target(*args, **named)))

        call = markcoroutinefunction(watched_call)
        setattr(self, method, call)  # the next time it is simply there
        return call


def watched[T](name: str, port: T, around: Around | None) -> T:
    """The port, with `around` put around every call of it."""
    return port if around is None else cast(T, _Watched(name, port, around))


class Crash(BaseException):
    """The process is gone. No boundary of the product may catch it."""


class Tripwire:
    """Ends the process when its call number `at` has taken effect. Nothing that this process still tries afterwards
    reaches the world. `calls` is what it did, `reached` says whether it came to that."""

    def __init__(self, at: int) -> None:
        self._at = at
        self.calls: list[str] = []

    @property
    def reached(self) -> bool:
        return len(self.calls) >= self._at

    async def __call__(self, call: Call) -> Any:
        if self.reached:
            raise Crash("this process is dead")
        self.calls.append(call.name)
        answer = await call.go()
        if self.reached:
            raise Crash(f"after {call.name}")
        return answer


class Interleaved:
    """Lets others go first, a random number of times, before and after every call. The same seed, the same order."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    async def __call__(self, call: Call) -> Any:
        await self._yield()
        answer = await call.go()
        await self._yield()
        return answer

    async def _yield(self) -> None:
        for _ in range(self._random.randint(0, 3)):
            await asyncio.sleep(0)


class Failing:
    """The call number `at` of those whose name begins with `prefix` fails once, before or after it took effect. The
    process lives on. `met` says whether it came to that."""

    def __init__(self, prefix: str, at: int, error: Exception, done: bool) -> None:
        self._prefix, self._at, self._error, self._done = prefix, at, error, done
        self._count = 0
        self.met = ""

    async def __call__(self, call: Call) -> Any:
        self._count += call.name.startswith(self._prefix)
        if self.met or self._count != self._at:
            return await call.go()
        self.met = call.name
        if self._done:
            await call.go()
        raise self._error
