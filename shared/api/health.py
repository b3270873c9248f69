"""Whether the app is alive, and whether it is ready: for probes and balancers, without credentials.

Alive is a process that answers. Ready is one whose settings have no fault, and that reads its storage, in which a
policy is in force. Nothing is told but yes or no, and a reason code.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from shared.desk.told import Told
from shared.errors import PoolkeeperError
from shared.settings import BadSettings

from .answers import Answer, trouble
from .problem import Answered, problem

if TYPE_CHECKING:
    from shared.desk.office import Reads

    from .api import Api
    from .called import Request

log = logging.getLogger(__name__)

PATIENCE_S = 5.0


def live() -> Answer:
    return Answer(200, msgspec.json.encode({"status": "alive"}))


async def ready(reads: Callable[[], Reads]) -> Answer:
    """`reads` makes the app when it is not there yet, which needs settings without a fault."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await reads().clusters()
    except BadSettings as bad:
        log.error("%s", bad)
        return _not_ready(bad.reason)
    except Told as told:
        return _not_ready(told.reason)
    except (PoolkeeperError, TimeoutError):
        return _not_ready("no_storage")
    return Answer(200, msgspec.json.encode({"status": "ready"}))


async def answered(made: Callable[[], Api], request: Request) -> Answer:
    """The API's answer; or why there is none, while settings have faults. What is wrong is for the log: whoever asks
    here may be anybody."""
    try:
        api = made()
    except BadSettings as bad:
        log.error("%s", bad)
        return _not_ready(bad.reason, request.path)
    return await api.answer(request)


def _not_ready(reason: str, instance: str = "health/ready") -> Answer:
    answered = Answered(problem(503, reason, "It is not ready."), {"Retry-After": "5"})
    return trouble(answered, instance)
