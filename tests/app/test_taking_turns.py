"""A hundred signals of one cluster need a few passes, not a hundred; a pass that fails fails for all that it took."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from datetime import timedelta
from typing import Any

from shared.errors import Retry, Unknown
from shared.signals.window import WINDOW
from tests.scene import Scene
from tests.watched import Call, Interleaved


class Counting:
    """Counts calls by name, and lets others go first."""

    def __init__(self) -> None:
        self._go = Interleaved(7)
        self.calls: Counter[str] = Counter()

    async def __call__(self, call: Call) -> Any:
        self.calls[call.name] += 1
        return await self._go(call)


async def test_a_hundred_signals_at_once_need_a_few_passes() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    messages = []
    for n in range(100):
        messages += await scene.app.hear_event(scene.event(n % 6, "Action", f"restart/action?{n}"))
        scene.clock.advance(WINDOW / 4)
    counting = Counting()
    scene.app = scene.new_app(counting)
    await asyncio.gather(*(scene.app.work_signal(message) for message in messages))
    assert counting.calls["scheduler.state"] <= 5
    said = await scene.said()
    assert sum(line.endswith("says vm_changed") for line in said) == 100, "every one of them is told"


async def test_a_pass_that_fails_fails_for_every_signal_that_it_took() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    messages = [
        message
        for n in range(5)
        for message in await scene.app.hear_event(scene.event(n, "Action", f"restart/action?{n}"))
    ]
    scene.app = scene.new_app(Interleaved(3))
    await scene.app.sweep()
    scene.store.faults.always("query", Retry("storage does not answer", timedelta(seconds=5)))
    ends = await asyncio.gather(*(scene.app.work_signal(one) for one in messages), return_exceptions=True)
    assert [type(end) for end in ends] == [Retry] * 5
    scene.store.faults.clear()
    await asyncio.gather(*(scene.app.work_signal(one) for one in messages))
    said = await scene.said()
    assert sum(line.endswith("says vm_changed") for line in said) == 5


async def test_a_pass_that_is_cancelled_fails_for_those_who_waited_for_it_and_the_next_one_works() -> None:
    scene, messages, begun = await _three_with_one_over()
    begun[1].cancel()
    ends = await asyncio.gather(*begun, return_exceptions=True)
    assert [type(end) for end in ends] == [type(None), asyncio.CancelledError, Unknown]
    await asyncio.gather(*(scene.app.work_signal(message) for message in messages[1:]))
    assert sum(line.endswith("says vm_changed") for line in await scene.said()) == 3


async def test_a_process_that_ends_in_the_middle_of_a_pass_leaves_no_error_that_nobody_hears() -> None:
    _, _, begun = await _three_with_one_over()
    unheard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: unheard.append(context))
    for task in begun:
        task.cancel()
    ends = await asyncio.gather(*begun, return_exceptions=True)
    assert [type(end) for end in ends] == [type(None), asyncio.CancelledError, asyncio.CancelledError]
    del begun, task, ends
    await asyncio.sleep(0)
    gc.collect()
    assert unheard == []


async def _three_with_one_over() -> tuple[Scene, list[str], list[asyncio.Task[None]]]:
    """Three signals: the pass of the first is over, the second's is in the middle, and the third waits for that."""
    scene = Scene(agents=6)
    await scene.sweeps()
    messages = [
        message
        for n in range(3)
        for message in await scene.app.hear_event(scene.event(n, "Action", f"restart/action?{n}"))
    ]
    gates = [asyncio.Event(), asyncio.Event()]
    passing = iter(gates)

    async def hangs(call: Call) -> Any:
        if call.name == "scheduler.state":
            await next(passing, gates[0]).wait()
        return await call.go()

    scene.app = scene.new_app(hangs)
    begun = [asyncio.create_task(scene.app.work_signal(message)) for message in messages]
    await _settled()
    gates[0].set()
    await _settled()
    assert [task.done() for task in begun] == [True, False, False]
    return scene, messages, begun


async def _settled() -> None:
    """Let everybody go as far as they can."""
    for _ in range(200):
        await asyncio.sleep(0)
