"""What must hold where there is more than a pool of machines: for masters, for members of services, for machines that
still work when something is ordered of them.

Truth is the world's; that something was true a moment ago only is nobody's fault (`RACE`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from simulator.virtual_time import VirtualClock
from tests.simulation.breadth import Breadth, Member
from tests.simulation.nature import Machine, Nature, Order
from tests.simulation.people import People
from tests.simulation.tale import Tale

RACE = timedelta(seconds=20)
"""Who has been well for less may have recovered between the last reading and the order: nobody can exclude that."""
NOTICED = timedelta(seconds=90)
"""Who has been down for longer is down in every reading that an order may rest on."""
TAKES_MEMBERS = frozenset({"destroy", "restart", "redeploy", "reimage", "power_off", "drain", "replace_pod"})
EMPTIED_FIRST = frozenset({"destroy", "restart", "redeploy", "reimage", "power_off"})
REMEDIES = {"destroy": "replace", "power_off": "replace", "run_command": "restart_unit", "start": "restart"}

type Complain = Callable[[int, str], None]


class BroadObserver:
    def __init__(
        self, clock: VirtualClock, tale: Tale, nature: Nature, broad: Breadth, people: People
    ) -> None:
        self._clock, self._tale, self._people = clock, tale, people
        self._nature, self._broad = nature, broad
        self._members: list[Member] = broad.members()
        self._down_since: dict[str, datetime] = {}
        self._taken: dict[str, datetime] = {}
        self._first = {machine.name for machine in nature.machines()}
        self._joined: set[str] = set()
        self._succeeded: set[str] = set()
        self.complain: Complain = lambda number, text: None

    def looks(self) -> None:
        """Something has changed in the world."""
        now, up = self._clock.now(), set[str]()
        down = set[str]()
        for master in self._broad.masters():
            (down if master.well_since is None else up).add(master.name)
        for machine in self._nature.machines():
            if machine.well_since is not None and machine.name not in self._first:
                self._joined.add(machine.name)
        self._members = self._broad.members()
        for member in self._members:
            (up if member.is_up or member.is_hidden else down).add(_name(member))
        self._down_since = {one: self._down_since.get(one, now) for one in down}
        self._taken = {one: at for one, at in self._taken.items() if one in down or now - at < RACE}

    def _is_down(self, name: str) -> bool:
        """So that everybody could know."""
        return name in self._down_since and self._clock.now() - self._down_since[name] > NOTICED

    # Masters.

    def master_ordered(self, order: Order) -> None:
        self.looks()  # masters come back without anything else being changed
        masters, rules = self._broad.masters(), self._tale.rules
        remedy = REMEDIES.get(order.what, order.what)
        what = f"{order.what} of master {order.node}"
        since = order.machine.well_since if order.machine else None
        if since is not None and order.at - since >= RACE:
            self.complain(4, f"{what}, well since {since:%H:%M:%S}")
        asked = rules.mode == "propose" or remedy in rules.masters_approve
        if asked and (order.node, remedy) not in self._people.approved:
            self.complain(8, f"{what}, to which nobody has agreed")
        if remedy not in rules.masters_ladder:
            self.complain(3, f"{what}, which is not in the ladder")
        others = [one.name for one in masters if one.name != order.node]
        busy = [one for one in others if one in self._taken]
        if busy:
            self.complain(3, f"{what} beside that of {busy[0]}")
        serving = sum(not self._is_down(one) for one in others)
        if serving < len(masters) // 2 + 1:
            self.complain(3, f"{what}, and {serving} others of {len(masters)} serve")
        self._taken[order.node] = order.at

    # Members of services.

    def members_ordered(self, order: Order) -> None:
        """13. A machine that Azure is about to take away takes its members with it, whatever anybody does;
        one that does not run any more has."""
        machine = order.machine
        if order.what not in TAKES_MEMBERS or (machine and (machine.is_ending or not machine.is_running)):
            return
        if order.what == "replace_pod":
            taken = [one for one in self._members if one.is_up and _name(one) == order.pod]
        else:
            taken = [one for one in self._members if one.is_up and one.node and one.node == order.node]
        for one in taken:
            self._check_member(order, one, [other for other in self._members if other.service == one.service])
        self._taken |= {_name(one): order.at for one in taken}

    def _check_member(self, order: Order, member: Member, family: list[Member]) -> None:
        what = f"{order.what} of {order.node} takes {member.name} of {member.service}"
        ours = [one.name for one in family if _name(one) in self._taken and one.name != member.name]
        if ours:
            self.complain(13, f"{what}, and {ours[0]} was taken by us")
        if any(node == order.node for node, _ in self._people.approved):
            return
        down = [one for one in family if one.sort == member.sort and self._is_down(_name(one))]
        if len(down) + 1 > member.may_be_down:
            names = ", ".join(one.name for one in down) or "no other"
            self.complain(13, f"{what}, and {names} is down: it can do without {member.may_be_down}")

    # Machines that still work.

    def living_ordered(self, order: Order, machine: Machine) -> None:
        """Something that ends what runs there is done to a machine whose agent is connected: it is empty by then, and
        when it is destroyed, somebody has come in its place. Not
        when it came itself for one that recovered, and goes again."""
        if order.what not in EMPTIED_FIRST or machine.is_leaving:
            return
        if machine.tasks and not self._may_be_full(machine):
            self.complain(4, f"{order.what} of {order.node} with {machine.tasks} tasks on it")
        surplus = machine.well_since is not None and not machine.is_ending and machine.name in self._joined
        if order.what != "destroy" or surplus or self._is_back(machine):
            return
        if machine.is_ending and self._tale.sizes is not None:
            return  # it may be one too many, for an app that has not heard yet of its end
        self._succeeded.add(order.node)
        if len(self._succeeded) > len(self._joined):
            self.complain(4, f"{order.what} of {order.node} without anybody in its place")

    def _may_be_full(self, machine: Machine) -> bool:
        """Marathon before 1.6 takes no notice of windows, so what is ended may come back. Whose agent has come back a
        moment ago was dead when it was looked at."""
        return self._is_back(machine) or self._tale.generation.value == "maintenance"

    def _is_back(self, machine: Machine) -> bool:
        return machine.connected_since is None or self._clock.now() - machine.connected_since < RACE


def _name(member: Member) -> str:
    return f"{member.service}/{member.name}"
