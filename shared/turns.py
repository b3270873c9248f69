"""Taking turns: one pass at a time per cluster and process, for all signals that wait for it.

A storm of a hundred signals of one cluster needs one pass, not a hundred. Signals that come while a pass is at work
wait, and the next pass takes all of them. A pass that fails, fails for every signal that it took, so that all of them
are delivered again. Who was cancelled meanwhile does not hear it. Passes of other processes are kept apart by etags,
not by this.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from shared.errors import Unknown
from shared.model.signals import Signal, SignalKind
from shared.operate.outside import Outside
from shared.operate.parked import let_go, take
from shared.policy.schema import ClusterPolicy
from shared.the_pass import run_pass

type _Waiting = list[tuple[tuple[Signal, ...], asyncio.Future[None]]]


class Turns:
    """Who waits for a pass over which cluster."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = defaultdict(list)
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def take(
        self, outside: Outside, cluster: ClusterPolicy, signals: tuple[Signal, ...]
    ) -> tuple[str, ...]:
        """Wait until a pass that began after this call has taken the signals of one message. The ids of the operations
        that were begun go to the one message whose turn ran the pass."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[cluster.name].append((signals, mine))
        try:
            async with self._locks[cluster.name]:
                if mine.done():
                    await mine
                    return ()
                taken = self._waiting.pop(cluster.name)
                try:
                    begun = await _pass_over(outside, cluster, [one for each, _ in taken for one in each])
                except BaseException as error:
                    _settle(taken, mine, error)
                    raise
                _settle(taken, mine, None)
                return begun
        except asyncio.CancelledError:
            _is_not_heard(mine)
            raise


async def _pass_over(outside: Outside, cluster: ClusterPolicy, signals: Sequence[Signal]) -> tuple[str, ...]:
    """One that was woken for a look also takes what a flood has left."""
    if all(signal.kind is not SignalKind.SWEEP for signal in signals):
        return await run_pass(outside, cluster, tuple(signals))
    parked = await take(outside, cluster.name)
    begun = await run_pass(outside, cluster, (*signals, *parked.signals))
    await let_go(outside, cluster.name, parked)
    return begun


def _settle(taken: _Waiting, mine: asyncio.Future[None], error: BaseException | None) -> None:
    """Tell the others how their pass ended; the one who ran it knows."""
    for _, future in taken:
        if future is mine or future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error if isinstance(error, Exception) else Unknown("the pass was cancelled"))


def _is_not_heard(mine: asyncio.Future[None]) -> None:
    """Nobody will ask any more how the pass ended."""
    if not mine.cancel() and not mine.cancelled():
        mine.exception()
