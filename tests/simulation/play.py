"""One tale from its beginning to its end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from shared.app import App
from shared.audit import AuditLog
from shared.memory.queues import MemoryQueues
from shared.memory.store import MemoryStore
from shared.operate.outside import Outside
from shared.policy.in_force import PolicyInForce
from shared.records import Records
from simulator.virtual_time import VirtualClock, run_virtual
from tests.prod import OURS, START, read_once
from tests.simulation.breadth import Breadth
from tests.simulation.broad_misfortunes import BroadMisfortunes
from tests.simulation.ending import Ending
from tests.simulation.host import Host
from tests.simulation.misfortunes import Misfortunes
from tests.simulation.nature import Nature
from tests.simulation.observer import Observer
from tests.simulation.people import People
from tests.simulation.policy_observer import PolicyObserver
from tests.simulation.process import Process
from tests.simulation.relief_observer import ReliefObserver
from tests.simulation.rules import policy_of
from tests.simulation.size_observer import SizeObserver
from tests.simulation.tale import Tale
from tests.simulation.told import Told
from tests.simulation.twin_load import LoadedTwins
from tests.simulation.twin_stand_in import StandInTwins
from tests.simulation.twins import Twins
from tests.simulation.weather import Weather
from tests.watched import Call, watched

QUIET = timedelta(minutes=5)
AT_FIRST = timedelta(hours=1)
AT_LAST = timedelta(hours=4)


@dataclass
class Verdict:
    """`hours` is how long the cluster lived, `digest` stands for all that its app did, in order."""

    seed: int
    complaints: list[str]
    hours: float = 0.0
    orders: Counter[str] = field(default_factory=Counter)
    digest: str = ""


type NatureOf = Callable[[VirtualClock, Tale], Nature]


def twins_of(clock: VirtualClock, tale: Tale) -> Twins:
    """With load, where the pool changes its size."""
    if tale.sizes is None:
        return Twins(clock, tale)
    return StandInTwins(clock, tale) if tale.sizes.stand_in else LoadedTwins(clock, tale)


def play(tale: Tale, nature_of: NatureOf = twins_of, quiet: timedelta = timedelta(0)) -> Verdict:
    """Tell the tale to the shipped app and say what was wrong. `quiet` is how long its cluster lives on when the tale
    is over and all is at rest, as clusters do most of the time; the invariants hold then as well."""
    return run_virtual(lambda clock: _play(clock, tale, nature_of, quiet), START)


async def _play(clock: VirtualClock, tale: Tale, nature_of: NatureOf, quiet: timedelta) -> Verdict:
    stage = Stage(clock, tale, nature_of(clock, tale))
    work = [stage.nature.live(), stage.host.deliver(), stage.host.sweep(), stage.people.answer()]
    if tale.is_broad:
        work.append(stage.host.look_after())
    background = [asyncio.create_task(one) for one in work]
    try:
        for _ in range(tale.workers):
            stage.host.start()
        await stage.tell()
        missing = await stage.calm() or await stage.lives_on(quiet)
        wrong = await stage.ending.is_wrong(stage.misfortunes)
        digest = await stage.ending.digest()
    finally:
        stage.close()
        for task in background:
            task.cancel()
        ends = await asyncio.gather(*background, return_exceptions=True)
    complaints = [*stage.observer.complaints, *(f"invariant 5: {one}" for one in missing), *wrong]
    complaints += [f"the simulation itself: {end!r}" for end in ends if isinstance(end, Exception)]
    hours = (clock.now() - START) / timedelta(hours=1)
    orders = Counter(one.what for one in stage.observer.orders)
    return Verdict(tale.seed, complaints, hours, orders, digest)


class Stage:
    """Everything that a tale needs, wired."""

    def __init__(self, clock: VirtualClock, tale: Tale, nature: Nature) -> None:
        chance = Random(f"chance {tale.seed}")
        self.clock, self.tale, self.nature = clock, tale, nature
        self.store, self.queues = MemoryStore(), MemoryQueues(clock)
        self.weather = Weather(clock, chance, tale.climate)
        self.people = People(clock, chance, nature, self.store, tale.rules)
        self.observer = Observer(clock, tale, nature, self.people, self.store)
        self.policy_observer = PolicyObserver(clock, tale, nature, self.people, self.observer)
        self._sizes = SizeObserver(clock, tale, nature, self.people, self.observer) if tale.sizes else None
        self._relief = ReliefObserver(clock, tale, nature, self.people, self.observer) if tale.sizes else None
        if isinstance(nature, StandInTwins):
            nature.complain = self.observer.complain
        self.host = Host(clock, chance, self.weather, self.queues, self._put_app_into)
        self.host.bug = lambda text: self.observer.complain(0, text)
        nature.tell = self.host.publish
        self.misfortunes = Misfortunes(nature, self.weather, self.host, self.people, chance)
        self.told = self._broaden() if tale.is_broad and isinstance(nature, Breadth) else None
        self.ending = Ending(clock, tale, nature, self.people, self.store)
        if self._sizes is not None:
            self.ending.too_many = self._sizes.too_many
        self._policy = policy_of(tale)
        read_once(self._policy, "policy.yaml")

    async def tell(self) -> None:
        """What happens, when it happens."""
        for happening in self.tale.happenings:
            await asyncio.sleep(max(0.0, happening.at_s - (self.clock.now() - START).total_seconds()))
            await self.misfortunes.befall(happening)
        await asyncio.sleep(max(0.0, self.tale.lasts_s - (self.clock.now() - START).total_seconds()))

    async def calm(self) -> list[str]:
        """The faults end, and the app gets its time; if the tale says so, people mend what is left after an hour.
        What is still missing then."""
        self.misfortunes.ends()
        self.weather.ends()
        self.nature.mend()
        if self.tale.is_mended:
            await self.people.mend()
        if not await self._comes_to_rest(AT_FIRST):
            await self.people.mend()
            await self._comes_to_rest(AT_LAST)
        return await self.ending.is_missing()

    async def lives_on(self, quiet: timedelta) -> list[str]:
        """Nothing happens any more. What is missing then that was there. No call waits for anything now, so that tasks
        which would meet nobody are not queued: each runs at once until it waits."""
        self.weather.rests()
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        await asyncio.sleep(quiet.total_seconds())
        return await self.ending.is_missing()

    async def _comes_to_rest(self, within: timedelta) -> bool:
        """Whether two looks in a row find nothing left to be done: what waits for its turn begins between them."""
        until, at_rest = self.clock.now() + within, False
        while self.clock.now() < until:
            await asyncio.sleep(QUIET.total_seconds())
            was, at_rest = at_rest, self._is_told() and await self.ending.is_reached()
            if was and at_rest:
                return True
        return False

    def _is_told(self) -> bool:
        return self.told is None or self.told.is_over

    def _broaden(self) -> Told:
        nature, misfortunes = self.nature, self.misfortunes
        assert isinstance(nature, Breadth)
        told = Told(self.clock, nature, nature, self.queues, self.host.publish)
        broad = BroadMisfortunes(nature, nature, self.host, told, misfortunes.meanwhile)
        broad.meets, broad.befallen = misfortunes.meets, misfortunes.befallen
        self.host.worked, misfortunes.broad = told.heard, broad
        return told

    def close(self) -> None:
        if self.told is not None:
            self.told.ends()
        self.host.close()
        self.misfortunes.ends()

    def _put_app_into(self, process: Process) -> None:
        """A process of its own, with nothing but what is in storage."""
        observer, weather, host = self.observer, self.weather, self.host

        def through(call: Call) -> Awaitable[object]:
            return call.go()

        around = observer.around(process, weather.around(process, through))
        around = self.policy_observer.around(process, around)
        stored = weather.around(process, observer.around_store(through))
        sent = weather.around(process, host.watch_sends(through))
        store = watched("store", self.store, stored)
        scheduler = watched("scheduler", self.nature.mesos, around)
        outside = Outside(
            clock=process,
            compute=watched("compute", self.nature.azure, around),
            scheduler_of=lambda cluster: scheduler,
            store=store,
            queues=watched("queues", self.queues, sent),
            records=Records(store),
            audit=AuditLog(store),
            worker=process.name,
        )
        if isinstance(self.nature, Breadth):
            outside = self.nature.equipped(outside, around)

        async def text() -> str:
            return self._policy

        process.app = App(outside, PolicyInForce(text, "policy.yaml", store, read_once), frozenset({OURS}))
