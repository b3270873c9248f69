"""Who goes when a pool shrinks.

Azure, told a smaller capacity, takes machines by age and place and knows nothing of what runs there. So they are chosen
here, by these rules, and destroyed one by one by their instance ids after they were emptied. Who is never taken:

 1. What somebody keeps: a person's hold, Azure's protection of the instance, an operation that is under way.
 2. What could not be read. What is not known to be empty is not empty.
 3. What came less than `protected` ago, whether it has joined or not.
 4. What holds data that nobody has elsewhere (resident).

The others in this order:

 5. Never joined, deactivated, empty, with movable tasks only, with the only task of an application, with a member of a
    stateful service. In each of these: who was named before, so that what a person says about it is not about somebody
    else; then fewest tasks; then from the most crowded zone and fault domain, as it is when the turn comes; then the
    youngest or the oldest, by the policy; then by name.

One after the other is taken, and who may not be taken now is asked again when another one has gone, unless:

 6. Fewer than `serving` machines would be left that a load balancer can send work to.
 7. The spread over zones and fault domains would become worse (`spread.py`, rule 4).
 8. A stateful service would lose a second member to the same shrinking.
 9. Its tasks, together with those of all that go and of those that are being emptied, do not all fit on what is left
    (`placement.py`).

It ends when:

10. Enough have gone; or nobody is left who may be taken. Then fewer go than were asked for, and every one has a reason.

This says who may go, not that it may be now: the ledger and the guards are asked for each, before each step. All that
go stop to get new tasks before the first of them is emptied; else its tasks come to the next one.
Published: an autoscaler emptied machines and found out then that it might not take them (hashicorp/nomad-autoscaler
issue 911); a scale set that was told a smaller capacity took machines with running tasks (Azure/acs-engine issue 4220).
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from shared.policy.scaling import Age
from shared.scale.candidates import Asked, Candidate, Choice, Holds, Rank, Verdict
from shared.scale.placement import place
from shared.scale.spread import Spread

MOST_REFUSALS = 30
"""After so many that have no room elsewhere no further placement is tried in this choice: where thirty did not fit, the
pool is full, and each try costs milliseconds. They are tried at the next look, in the same order."""

_OPEN_AGAIN = 7  # the one rule whose refusal may end when another machine has gone


def choose(asked: Asked) -> Choice:
    """Rules 1 to 10."""
    turn = _Turn(asked)
    while len(turn.taken) < asked.count and turn.take_next():
        pass
    return turn.choice()


def rank(candidate: Candidate) -> Rank:
    """The first part of rule 5. A deactivated machine with more than movable tasks goes when those go."""
    by_tasks = {Holds.NOTHING: Rank.EMPTY, Holds.MOVABLE: Rank.MOVABLE, Holds.SINGLE: Rank.SINGLE}
    found = by_tasks.get(candidate.holds, Rank.STATEFUL)
    if candidate.host is None:
        return Rank.NEVER_JOINED
    if candidate.is_deactivated and found <= Rank.MOVABLE:
        return Rank.DEACTIVATED
    return found


class _Turn:
    """The choice while it is made."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._spread = Spread.of((one.place for one in asked.candidates), asked.zones, asked.domains)
        self._serving = sum(one.serves for one in asked.candidates)
        self._no_room = 0
        self._verdicts: dict[str, Verdict] = {}
        self._left = {one.node: one for one in asked.candidates if not self._is_never_taken(one)}
        self.taken: list[Candidate] = []

    def take_next(self) -> bool:
        """Take the first that may go; False: there is none."""
        for candidate in self._in_order():
            against = self._against(candidate)
            if against is None:
                self._take(candidate)
                return True
            self._verdicts[candidate.node] = against
            if against.rule != _OPEN_AGAIN:
                del self._left[candidate.node]
        return False

    def _take(self, one: Candidate) -> None:
        del self._left[one.node]
        self.taken.append(one)
        self._serving -= one.serves
        self._spread = self._spread.without_one(one.place)
        because = f"{rank(one).name.lower().replace('_', ' ')}, {one.task_count} tasks"
        self._verdicts[one.node] = Verdict(one.node, True, 5, "victim_taken", because)

    def choice(self) -> Choice:
        nodes = tuple(one.node for one in self.taken)
        for node in self._left:
            because = f"{len(nodes)} go before it, and no more are to go"
            self._verdicts.setdefault(node, Verdict(node, False, 10, "victim_enough", because))
        others = sorted(one.node for one in self._asked.candidates if one.node not in nodes)
        return Choice(nodes, tuple(self._verdicts[node] for node in (*nodes, *others)))

    def _in_order(self) -> list[Candidate]:
        """Rule 5."""
        crowding = {one: self._spread.crowding(one) for one in {one.place for one in self._left.values()}}
        sign = -1 if self._asked.age is Age.YOUNGEST else 1

        def key(one: Candidate) -> tuple[int, bool, int, int, int, float, str]:
            zone, domain = crowding[one.place]
            came = sign * one.came_at.timestamp()
            return rank(one), not one.is_named, one.task_count, -zone, -domain, came, one.node

        return sorted(self._left.values(), key=key)

    def _is_never_taken(self, one: Candidate) -> bool:
        """Rules 1 to 4."""
        never: tuple[int, str, str] | None = None
        age = self._asked.now - one.came_at
        if one.kept:
            never = 1, "victim_kept", one.kept
        elif one.holds is Holds.UNREAD:
            never = 2, "victim_unread", "what runs there could not be read"
        elif age < self._asked.protected:
            never = 3, "victim_new", f"it came {age.total_seconds():.0f} s ago"
        elif one.holds is Holds.RESIDENT:
            never = 4, "victim_resident", "it holds data that nobody has elsewhere"
        if never is not None:
            self._verdicts[one.node] = Verdict(one.node, False, *never)
        return never is not None

    def _against(self, one: Candidate) -> Verdict | None:
        """Rules 6 to 9."""
        if one.serves and self._serving <= self._asked.serving:
            because = f"{self._serving} serve, and {self._asked.serving} must"
            return Verdict(one.node, False, 6, "victim_serving", because)
        if not self._spread.may_take(one.place):
            zone, domain = self._spread.gaps
            because = f"fewer share its place than others (gaps: zones {zone}, fault domains {domain})"
            return Verdict(one.node, False, 7, "victim_spread", because)
        shared = {name for each in self.taken for name in each.services & one.services}
        if shared:
            because = f"another member of {', '.join(sorted(shared))} goes"
            return Verdict(one.node, False, 8, "victim_service", because)
        without_room = self._without_room([*self.taken, one]) if one.tasks else ""
        return Verdict(one.node, False, 9, "victim_no_room", without_room) if without_room else None

    def _without_room(self, going: Sequence[Candidate]) -> str:
        """Rule 9: what does not fit when all of these go; empty when everything does."""
        if self._no_room >= MOST_REFUSALS:
            return f"not tried: {self._no_room} that go before it do not fit elsewhere"
        gone = {one.host for one in going}
        hosts = [replace(one, is_open=False) if one.name in gone else one for one in self._asked.hosts]
        moved = [*self._asked.moving, *(work for one in going for work in one.tasks)]
        tasks = [
            replace(work, runs_on={host: count for host, count in work.runs_on.items() if host not in gone})
            for work in moved
        ]
        refused = place(tasks, hosts, gpus_are_kept=self._asked.gpus_are_kept).refused
        self._no_room += bool(refused)
        return "; ".join(str(one) for one in refused[:3])
