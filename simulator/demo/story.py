"""One scenario from curtain to verdict. Nothing is printed here: a listener is told what happens.

    curtain   the app sweeps until it knows every agent, so that it has something to miss
    acts      each does something to the world, and lasts until what it waits for has happened
    verdict   by the world's own journal

The story looks five times a second: the app's new audit lines go to the listener, and so does a look at the pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.model.audit import AuditRecord
from simulator.arm.caller import caller_of
from simulator.demo.acts import Act, Scenario
from simulator.demo.lines import Line, Word, of_record
from simulator.demo.parts import Repair, repairs_of
from simulator.demo.stage import CLUSTER, OWN_PRINCIPAL, Stage
from simulator.demo.verdict import Check, Facts, Hold, broken_at, judge
from simulator.demo.watch import Known, Watch
from simulator.world.agent import Process
from simulator.world.scale_set import Instance, ScaleSet

POOL = "private"
LOOK_S = 0.2
KNOWN_ANEW = timedelta(seconds=1)  # incidents and operations are read again when the audit is silent


@dataclass
class Listener:
    """Whom the story tells. `on_lines` gets what is new, `on_look` is called after every look."""

    on_lines: Callable[[list[Line]], None] = field(default=lambda lines: None)
    on_look: Callable[[float], None] = field(default=lambda at_s: None)


@dataclass(frozen=True)
class Told:
    """A story that is over. `arm_writes` are the app's, as `METHOD what`; times are seconds since the first break."""

    scenario: Scenario
    lines: tuple[Line, ...]
    repairs: tuple[Repair, ...]
    arm_writes: tuple[str, ...]
    checks: tuple[Check, ...]
    known: Known
    lasted_s: float

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)


class Story:
    """The one that is being told on this stage. `follow` may go on after the verdict."""

    def __init__(self, stage: Stage, watch: Watch, listener: Listener) -> None:
        self.stage, self.watch, self.listener = stage, watch, listener
        self.pool: ScaleSet = stage.cluster.pools[POOL]
        self.zero = self._now()
        self.lines: list[Line] = []
        self.known, self._known_at = Known({}, (), ()), self.zero
        self._size = self.pool.capacity
        self._records: list[AuditRecord] = []
        self._journal = self._requests = 0

    async def raise_curtain(self, patience_s: float = 90.0) -> None:
        """Until the app knows every agent and the pool's size. Raises `TimeoutError`."""
        async with asyncio.timeout(patience_s):
            while not await self._introduced():
                pass
        await self.watch.new_records(self._now())
        self.zero = self._now()
        self._journal = len(self.stage.world.journal)
        self._requests = len(self.stage.served.arm.requests)

    async def tell(self, scenario: Scenario, patience_s: float) -> Told:
        """All acts, at most `patience_s` together."""
        agents = self.choose(scenario.hit(self._size))
        masters = self.stage.cluster.machines
        lost = _marks_of(agents) | {masters[index].id for index in scenario.masters}
        deadline = self._now() + timedelta(seconds=patience_s)
        holds: list[Hold] = []
        waiting_for = ""
        for act in scenario.acts:
            waiting_for, hold = await self._play(act, agents, scenario, deadline)
            if hold is not None:
                holds.append(hold)
            if waiting_for:
                break
        await self.look()
        return self._judged(scenario, lost, holds, waiting_for)

    async def look(self) -> None:
        """Once: what the app has done meanwhile, and how the pool is."""
        records = await self.watch.new_records(self._now())
        if records or self._now() - self._known_at > KNOWN_ANEW:
            self.known, self._known_at = await self.watch.known(), self._now()
        self._records += records
        self.tell_lines([of_record(record, self.pool.name, self.zero) for record in records])
        self.listener.on_look(self.at_s)

    def tell_lines(self, lines: list[Line]) -> None:
        self.lines += lines
        if lines:
            self.listener.on_lines(lines)

    def say(self, text: str) -> None:
        """A line of the world's."""
        self.tell_lines([Line(self.at_s, Word.WORLD, "", text)])

    @property
    def at_s(self) -> float:
        return (self._now() - self.zero).total_seconds()

    def choose(self, count: int) -> list[Instance]:
        """So many agents, spread over the pool."""
        agents = [instance for instance in self.pool.instances.values() if instance.healthy]
        return [agents[(place * len(agents)) // count + (count < len(agents))] for place in range(count)]

    def not_whole(self) -> str:
        """What is missing to a whole cluster, empty if nothing is."""
        healthy = sum(instance.healthy for instance in self.pool.instances.values())
        if healthy != self._size or self.pool.capacity != self._size:
            return f"{healthy} healthy agents of {self._size}"
        ill = [machine.name for machine in self.stage.cluster.machines if not machine.healthy]
        if ill:
            return f"{', '.join(ill)} does not serve"
        return "" if self.stage.cluster.whole() else "tasks that should run do not"

    def arm_writes(self) -> list[str]:
        """What the app has ordered of Azure since the curtain rose."""
        writes: list[str] = []
        for request in self.stage.served.arm.requests[self._requests :]:
            caller = caller_of(request)
            if request.method != "GET" and caller is not None and caller.principal_id == OWN_PRINCIPAL:
                writes.append(f"{request.method} {request.path.rpartition('/virtualMachineScaleSets/')[2]}")
        return writes

    def _now(self) -> datetime:
        return self.stage.world.timeline.clock.now()

    async def _introduced(self) -> bool:
        """One beat, the first of which sweeps, and three seconds for what it leads to."""
        await self.stage.host.run_now("beat")
        for _ in range(15):
            if await self._knows_everybody():
                return True
            await asyncio.sleep(LOOK_S)
        return False

    async def _knows_everybody(self) -> bool:
        known = [memory for memory in await self.watch.inventory() if memory.agent_id is not None]
        ledger = await self.watch.ledger(POOL)
        return len(known) == self._size and ledger.wanted == self._size

    async def _play(
        self, act: Act, agents: list[Instance], scenario: Scenario, deadline: datetime
    ) -> tuple[str, Hold | None]:
        """One act: what it was still waiting for when the time was over, and its hold."""
        begin, first, writes = self._now(), len(self.lines), len(self.arm_writes())
        self.say(act.text.format(agents=_named(agents)))
        act.do(self.stage, agents)
        waiting_for = "the first look"
        while waiting_for and self._now() < deadline:
            await asyncio.sleep(LOOK_S)
            await self.look()
            elapsed_s = (self._now() - begin).total_seconds()
            waiting_for = self._waiting_for(act, elapsed_s, self.lines[first:], scenario)
        if not act.holds:
            return waiting_for, None
        given, more = _reasons(self.lines[first:]), len(self.arm_writes()) - writes
        text = act.text.format(agents=_named(agents))
        return waiting_for, Hold(text, begin, self._now(), act.reasons, given, more)

    def _waiting_for(self, act: Act, elapsed_s: float, lines: list[Line], scenario: Scenario) -> str:
        """What the act waits for; empty when it is over. `lines` are those since it began."""
        given = _reasons(lines)
        for reason in act.reasons:
            if reason not in given:
                return f"a refusal because of {reason}"
        for words in act.words:
            if not any(words in line.text for line in lines if line.word is not Word.WORLD):
                return f"the app to say: {words}"
        if elapsed_s < act.at_least_s:
            return f"{act.at_least_s:g} s to pass"
        if not act.settles:
            return ""
        done = sum(operation.state.value == "done" for operation in self.known.closed)
        if done < scenario.replaces:
            return f"{scenario.replaces - done} of {scenario.replaces} replacements"
        if self.known.running:
            return f"operation {self.known.running[0].id} to end"
        if self.known.incidents:
            return f"the incident of {next(iter(self.known.incidents))} to be closed"
        return self.not_whole()

    def _judged(self, scenario: Scenario, lost: frozenset[str], holds: list[Hold], waiting_for: str) -> Told:
        journal = self.stage.world.journal.entries[self._journal :]
        of_agents = [one for one in self.known.closed if one.pool == POOL]
        repairs = repairs_of(of_agents, self._records, broken_at(journal, lost) or self.zero)
        newer = self.stage.cluster.mesos.release.marks_gone
        facts = Facts(
            journal=journal,
            lost=lost,
            holds=holds,
            not_whole=self.not_whole(),
            waiting_for=waiting_for,
            replaced=len(repairs),
            expected=scenario.replaces,
            told_by="agent_marked_gone" if newer else "agent_shut_down",
            ordered_within_s=scenario.ordered_within_s,
            announced=scenario.announced,
        )
        return Told(
            scenario,
            tuple(self.lines),
            repairs,
            tuple(self.arm_writes()),
            judge(facts),
            self.known,
            self.at_s,
        )


def _marks_of(agents: list[Instance]) -> frozenset[str]:
    """The subjects by which the journal knows these machines and the agents on them."""
    ids = {agent.id for agent in agents}
    for agent in agents:
        if isinstance(agent.guest, Process) and agent.guest.agent_id is not None:
            ids.add(agent.guest.agent_id)
    return frozenset(ids)


def _named(agents: list[Instance]) -> str:
    numbers = ", ".join(str(agent.number) for agent in agents)
    return f"agent {numbers}" if len(agents) == 1 else f"agents {numbers}"


def _reasons(lines: list[Line]) -> frozenset[str]:
    """The reason codes of all refusals in these lines."""
    return frozenset(answer.reason for line in lines for answer in line.refused)


def watch_of(stage: Stage) -> Watch:
    return Watch(stage.connection_string, CLUSTER)
