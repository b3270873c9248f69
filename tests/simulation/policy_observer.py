"""What the policy forbids, by what is true: to take machines away in a storm, beside machines that do not join, outside
of the windows, more often than a day allows; to go on when the one number that was read is no number; to order what
was ordered a moment ago.

Each has a margin, because the app knows the truth some time later, and believes what is said to it meanwhile.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any

from shared.model.azure import ScaleSet
from shared.model.mesos import SchedulerState
from shared.policy.load import load
from shared.policy.windows import is_open
from simulator.virtual_time import VirtualClock
from tests.simulation.nature import Machine, Nature, Order
from tests.simulation.observer import Observer
from tests.simulation.people import People
from tests.simulation.process import CALLER, Process
from tests.simulation.rules import policy_of
from tests.simulation.tale import Tale
from tests.watched import Around, Call

KNOWN = timedelta(seconds=130)
"""After which everybody knows of it: stale answers of the masters are of 100 s ago, and last for 30."""
CERTAIN = timedelta(seconds=60)
"""Of the readings on which something final rests."""
LEASE = timedelta(seconds=60)
"""For so long, and longer, an operation is its worker's after an order that was answered."""
MOST_TIMES = 4
"""That a node is helped in the same way: once more after a crash, or an answer that got lost, and not for ever."""
MOST_IN_VAIN = 4
"""That machines that never joined are replaced by others: those that were under way when the first was known."""
NEARLY_A_DAY = timedelta(hours=23)
BARS = frozenset({"deactivate", "schedule_maintenance"})
TAKES = frozenset({"destroy", "restart", "redeploy", "reimage", "power_off"})


class PolicyObserver:
    """Beside the observer, to whom it complains."""

    def __init__(
        self, clock: VirtualClock, tale: Tale, nature: Nature, people: People, observer: Observer
    ) -> None:
        self._clock, self._tale, self._nature, self._people = clock, tale, nature, people
        self._pool = load(policy_of(tale), "policy.yaml").clusters[0].pools[0]
        self._observer, self._complain = observer, observer.complain
        self._born = {one.name: clock.now() for one in nature.machines()}
        self._joined = {one.name: clock.now() for one in nature.machines()}
        self._ill_since: dict[str, datetime] = {}
        self._ending: set[str] = set()
        self._taken: set[str] = set()
        self._called_off: dict[str, datetime] = {}
        self._said: dict[str, deque[tuple[datetime, int]]] = {}
        self._answered: dict[tuple[str, str], datetime] = {}
        self._never_joined: dict[str, datetime] = {}
        self._elected: dict[str, tuple[datetime, datetime]] = {}
        self._times = Counter[tuple[str, str]]()
        self._begun: list[tuple[datetime, str]] = []
        self._first_on_order, self._first_on_change = nature.on_order, nature.on_change
        nature.on_order, nature.on_change = self._ordered, self._looks

    def _looks(self) -> None:
        self._first_on_change()
        now, there = self._clock.now(), self._nature.machines()
        for one in there:
            self._born.setdefault(one.name, now)
            if one.well_since is not None:
                self._joined.setdefault(one.name, now)
        ending = {one.name for one in there if one.is_ending}
        self._called_off |= dict.fromkeys(self._ending - ending, now)
        self._ending = ending
        off = {one.name for one in there if not one.is_running}
        self._taken = off & (ending | self._taken)  # by Azure, as it had announced
        ill = {one.name for one in there if self._is_lost(one)}
        self._ill_since = {name: self._ill_since.get(name, now) for name in ill}

    def _is_lost(self, machine: Machine) -> bool:
        if machine.is_hidden or machine.is_leaving:
            return False
        silent = machine.connected_since is None  # what ails one that is connected is not seen at once
        return silent and machine.well_since is None and machine.name in self._joined

    def around(self, process: Process, inner: Around) -> Around:
        """Between the app and its weather: what it was answered."""

        async def noted(call: Call) -> Any:
            answer = await inner(call)
            now, (port, _, verb) = self._clock.now(), call.name.partition(".")
            if isinstance(answer, ScaleSet):
                self._said.setdefault(process.name, deque(maxlen=200)).append((now, answer.capacity))
            if isinstance(answer, SchedulerState):
                known, since = self._elected.get(process.name, (None, now))
                self._elected[process.name] = answer.elected_at, since if known == answer.elected_at else now
            if verb in TAKES and port == "compute":
                for id in call.args[1] if verb == "destroy" else [call.args[1]]:
                    self._answered[verb, f"{self._nature.address.scale_set}_{id}"] = now
            return answer

        def observed(call: Call) -> Awaitable[Any]:
            return noted(call) if call.name.startswith(("compute.", "scheduler.")) else inner(call)

        return observed

    def _ordered(self, order: Order) -> None:
        self._first_on_order(order)
        is_spare = self._tale.is_broad and order.machine is not None and order.machine.tasks == 0
        if order.machine is not None and order.what in BARS and not is_spare:
            self._check_window(order, order.machine)
        if order.is_master or order.what not in TAKES:
            return
        what = f"{order.what} of {order.node}"
        self._times[order.what, order.node] += 1
        if order.what != "destroy" and self._times[order.what, order.node] > MOST_TIMES:
            self._complain(5, f"{what} for the {self._times[order.what, order.node]}th time")
        last = self._answered.get((order.what, order.node))
        if last is not None and order.at - last < LEASE:
            self._complain(3, f"{what}, which was ordered and answered {(order.at - last).seconds} s ago")
        said = [capacity for at, capacity in self._said.get(CALLER.get().name, ()) if order.at - at < CERTAIN]
        if said and max(said) <= 0:
            self._complain(9, f"{what}, when the last that was read was a size of {said[-1]}")
        if (
            order.machine is None
            or self._observer.is_surplus(order.machine, order)
            or order.machine.is_ending
            or order.node in self._taken
        ):
            return
        self._check_day(order, what)
        if not self._tale.is_broad:  # there, more than lost agents may be ill
            self._check_storm(what)
        self._check_failover(order, what)
        self._check_joins(order, what)

    def _check_day(self, order: Order, what: str) -> None:
        """2: how many different nodes within nearly a day."""
        self._begun = [(at, node) for at, node in self._begun if order.at - at < NEARLY_A_DAY]
        if all(node != order.node for _, node in self._begun):
            self._begun.append((order.at, order.node))
        if len(self._begun) > self._tale.rules.per_day:
            self._complain(2, f"{what}, the {len(self._begun)}th of a day")

    def _check_storm(self, what: str) -> None:
        """15: as many are ill, and have been for so long that all know it, as the policy calls a storm."""
        there = [one for one in self._nature.machines() if not one.is_leaving]
        well = sum(one.well_since is not None for one in there)
        ill = [one for one, since in self._ill_since.items() if self._clock.now() - since > KNOWN]
        if well >= min(self._people.sizes):
            return
        most = max(len(there), *self._people.sizes) + self._tale.rules.at_once
        if len(ill) >= self._pool.storm.begins_at(most):
            self._complain(15, f"{what} in a storm, {len(ill)} of {len(there)} are ill")

    def _check_failover(self, order: Order, what: str) -> None:
        """15: the leader is new, and this process has known that for a while."""
        elected_at, since = self._elected.get(CALLER.get().name, (order.at, order.at))
        led, hold = order.at - elected_at, timedelta(seconds=self._tale.rules.hold_off_s)
        if order.at - since > CERTAIN and led < hold - CERTAIN / 2:
            self._complain(15, f"{what}, {led.seconds} s after a leader was elected")

    def _check_joins(self, order: Order, what: str) -> None:
        """15: machine after machine was taken away that had never joined, and none has joined since. The whole
        ladder of one of them counts once."""
        if order.node in self._joined:
            return
        if self._never_joined and max(self._joined.values()) > max(self._never_joined.values()):
            self._never_joined.clear()
        self._never_joined[order.node] = order.at
        if len(self._never_joined) > MOST_IN_VAIN:
            self._complain(15, f"{what}, as {len(self._never_joined) - 1} that had not joined before it")

    def _check_window(self, order: Order, machine: Machine) -> None:
        """15: a machine with work on it is left alone outside of the windows, unless Azure is to take it away, or was
        when the readings were taken on which the order rests."""
        if not self._pool.windows or machine.is_ending or machine.connected_since is None:
            return
        called_off = self._called_off.get(order.node)
        if called_off is not None and order.at - called_off < CERTAIN:
            return
        recent = [order.at - CERTAIN * part / 4 for part in range(5)]
        if order.at - machine.connected_since > KNOWN and not any(
            is_open(self._pool.windows, at) for at in recent
        ):
            self._complain(15, f"{order.what} of {order.node} outside of the windows")
