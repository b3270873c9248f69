"""What `doctor` finds: one line for each thing that was looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum

from msgspec import Struct

from shared.errors import PoolkeeperError

LONGEST_S = 30.0


class State(StrEnum):
    OK = "ok"
    WRONG = "wrong"
    UNKNOWN = "unknown"


class Finding(Struct, frozen=True):
    """One line. `about` is the cluster or pool, empty for the installation; `do` is empty where all is well."""

    part: str
    about: str
    state: State
    said: str
    do: str = ""


async def tried(work: Callable[[], Awaitable[object]]) -> str:
    """Why it did not work; empty: it did."""
    try:
        async with asyncio.timeout(LONGEST_S):
            await work()
    except PoolkeeperError as error:
        return str(error)
    except TimeoutError:
        return f"no answer within {LONGEST_S:g} s"
    return ""
