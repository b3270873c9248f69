"""Staying up: the addresses of everything, and a prompt to break things at.

    list                the pool, what is open, what runs
    delete N, evict N   its machine goes; by an operator, by Azure
    kill N, start N     its Mesos agent dies, starts again
    freeze N, thaw N    its machine hangs, goes on
    unit N U fail|heal  a unit fails on agent N, or on master mN: unit 3 adminrouter-agent fail
    storm, calm         Mesos agents die on half of the pool; all start again
    masters down|up     the API of the masters
    failover            another master is elected
    master N WHAT       freeze, thaw, kill (its Mesos alone) master mN: master m2 freeze
    explain N           all that the app heard, judged, decided and did about it
    policy              where the policy file is: edit it and watch
    quiet               nothing happens by itself any more
    quit

What the app does meanwhile is printed as it happens. With its input closed it runs until Ctrl-C.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from rich.text import Text

from simulator.dcos.units import units_of
from simulator.demo.acts import fail_over
from simulator.demo.fate import Fate
from simulator.demo.grid import cells
from simulator.demo.screen import Screen
from simulator.demo.stage import API_KEY, Stage
from simulator.demo.story import LOOK_S, Story
from simulator.world.agent import Life, Process
from simulator.world.scale_set import Instance

COMMANDS = (__doc__ or "").split("\n\n")[1]


class Mistake(Exception):
    """A command that cannot be carried out; nothing was done. The text says why."""


class Play:
    """The prompt over one stage."""

    def __init__(self, story: Story, screen: Screen, chance: Random | None) -> None:
        """`chance` befalls the cluster with something small now and then; None: nothing happens by itself."""
        self._story, self._screen = story, screen
        self._fate = Fate(chance, story) if chance is not None else None
        self._stage, self._pool = story.stage, story.pool
        self._marks = self._counted()
        world = self._stage.world
        self._on_agent: dict[str, Callable[[Instance], object]] = {
            "delete": world.delete_instance,
            "evict": world.evict,
            "kill": world.kill_agent_process,
            "start": world.start_agent_process,
            "freeze": world.freeze_vm,
            "thaw": world.thaw_vm,
            "explain": self._explain,
        }
        machines = self._stage.cluster.machines
        self._on_master: dict[str, Callable[[int], object]] = {
            "freeze": lambda index: world.freeze_vm(machines[index]),
            "thaw": lambda index: world.thaw_vm(machines[index]),
            "kill": lambda index: world.kill_master_process(self._stage.cluster, index),
        }
        self._on_all: dict[str, Callable[[], None]] = {
            "list": self._list,
            "storm": self._storm,
            "calm": self._calm,
            "masters down": lambda: world.mesos_api_down(self._stage.cluster),
            "masters up": lambda: world.mesos_api_up(self._stage.cluster),
            "failover": lambda: fail_over(self._stage, []),
            "policy": lambda: self._say(f"{self._stage.policy_file}  edit it and watch"),
            "quiet": self._quiet,
            "help": lambda: self._say(COMMANDS),
        }

    async def run(self) -> None:
        """Until `quit` or cancelled."""
        self._say(addresses(self._stage, write_settings(self._stage)))
        self._say(COMMANDS)
        commands = _read_lines()
        reading: asyncio.Task[str | None] | None = asyncio.create_task(commands.get())
        pause = asyncio.create_task(asyncio.Event().wait())
        self._prompt()
        try:
            while True:
                await asyncio.wait([pause if reading is None else reading], timeout=LOOK_S)
                if reading is not None and reading.done():
                    command = reading.result()
                    if command == "quit":
                        return
                    reading = asyncio.create_task(commands.get()) if command is not None else None
                    self._obey(command)
                self._is_befallen()
                await self._look()
        finally:
            pause.cancel()
            if reading is not None:
                reading.cancel()

    def _is_befallen(self) -> None:
        """Something small happens, when it is time and all is well."""
        command = self._fate.next() if self._fate is not None else None
        if command is not None:
            self._screen.clear_prompt()
            self._say(f"by itself: {command}  (`quiet` stops that)")
            self._obey(command)

    def _quiet(self) -> None:
        self._fate = None
        self._say("nothing happens by itself any more")

    async def _look(self) -> None:
        """What is new since the last look, and how the pool is if that has changed."""
        before = len(self._story.lines)
        await self._story.look()
        marks = self._counted()
        if marks != self._marks:
            self._marks = marks
            self._screen.clear_prompt()
            self._say(self._state(marks))
        elif len(self._story.lines) == before:
            return
        self._prompt()

    def _obey(self, command: str | None) -> None:
        if command is None:
            self._say("The input is closed; this runs until Ctrl-C.")
            return
        if not command:
            return
        try:
            self.carry_out(command)
        except Mistake as mistake:
            self._say(f"{mistake}")
        self._prompt()

    def carry_out(self, command: str) -> None:
        """One command, in words as typed. Raises `Mistake`."""
        words = command.lower().split()
        everything = self._on_all.get(" ".join(words))
        if everything is not None:
            everything()
        elif len(words) == 2 and words[0] in self._on_agent:
            self._on_agent[words[0]](self._agent(words[0], words[1]))
        elif len(words) == 3 and words[0] == "master" and words[2] in self._on_master:
            self._on_master[words[2]](self._master(words[1]))
        elif len(words) == 4 and words[0] == "unit" and words[3] in {"fail", "heal"}:
            self._unit(words[1], words[2], words[3] == "fail")
        else:
            raise Mistake(f"{command!r} is not a command, nothing was done; help lists them all")
        if words[0] not in {"list", "explain", "policy", "help"}:
            self._story.say(command)
            self._screen.show_pool()

    def _agent(self, verb: str, word: str) -> Instance:
        number = int(word) if word.isdecimal() else -1
        instance = self._pool.instances.get(number)
        if instance is None:
            if verb == "explain" and number >= 0:
                self._explain_number(number)
                raise Mistake(f"agent {number} is not there any more")
            raise Mistake(f"there is no agent {word}, nothing was done; list shows all")
        return instance

    def _unit(self, where: str, name: str, fails: bool) -> None:
        address, role = self._place(where)
        services = self._stage.served.services[self._stage.cluster.name]
        known = units_of(services.release, role)
        meant = [unit for unit in known if name in {unit, unit.partition(".")[0], _short(unit)}]
        if not meant:
            raise Mistake(f"there is no unit {name} there, nothing was done; there are {', '.join(known)}")
        if fails:
            services.failed.add((address, meant[0]))
        else:
            services.failed.discard((address, meant[0]))

    def _place(self, word: str) -> tuple[str, str]:
        """Address and role of `3`, an agent, or of `m1`, a master."""
        if not word.startswith("m"):
            return self._agent("unit", word).nic.address, "agent"
        return self._stage.cluster.machines[self._master(word)].nic.address, "master"

    def _master(self, word: str) -> int:
        """The index of `m1`, the first."""
        masters = self._stage.cluster.mesos.masters
        if not word[1:].isdecimal() or not 1 <= int(word[1:]) <= len(masters):
            raise Mistake(f"there is no master {word}, nothing was done; there are m1 to m{len(masters)}")
        return int(word[1:]) - 1

    def _list(self) -> None:
        self._screen.show_pool()
        known = self._story.known
        for incident in known.incidents.values():
            number = incident.node.rpartition("_")[2]
            self._say(f"  incident  {number:>4}  {incident.condition.value}: {incident.because}")
        for operation in known.running:
            number = operation.subject.node.rpartition("_")[2]
            waiting = operation.notes.get("waiting", "")
            self._say(f"  operation {number:>4}  {operation.remedy.value}, {operation.step}: {waiting}")
        if not known.incidents and not known.running:
            self._say("  no incident is open, no operation runs")

    def _storm(self) -> None:
        healthy = [instance for instance in self._pool.instances.values() if instance.healthy]
        for instance in healthy[::2]:
            self._stage.world.kill_agent_process(instance)

    def _calm(self) -> None:
        for instance in self._pool.instances.values():
            guest = instance.guest
            if isinstance(guest, Process) and guest.life is Life.ABSENT and guest.agent_id is not None:
                self._stage.world.start_agent_process(instance)

    def _explain(self, instance: Instance) -> None:
        self._explain_number(instance.number)

    def _explain_number(self, number: int) -> None:
        about = [line for line in self._story.lines if line.about == f"agent {number}"]
        if not about:
            self._say(f"Nothing was heard, judged or done about agent {number}.")
        for line in about:
            self._screen.lines([line])

    def _counted(self) -> Counter[str]:
        return Counter(f"{cell.mark.word} {cell.mark.symbol}" for cell in cells(self._pool))

    def _state(self, marks: Counter[str]) -> str:
        shown = "   ".join(f"{count} {mark}" for mark, count in marks.items())
        return f"{self._story.at_s:>8.2f} s  pool     {shown}"

    def _say(self, text: str) -> None:
        self._screen.console.print(Text(text), soft_wrap=True)

    def _prompt(self) -> None:
        if self._screen.console.is_terminal:
            self._screen.console.print("> ", end="")


def _short(unit: str) -> str:
    return unit.partition(".")[0].removeprefix("dcos-")


def addresses(stage: Stage, settings: Path) -> str:
    """Where everything is, for curl, for Event Grid's shape of events, and for the command line of the product."""
    masters = "  ".join(f"http://{address}" for address in stage.served.master_addresses(stage.cluster.name))
    return (
        f"\napp       {stage.host.url}\n"
        f"console   {stage.host.url}/api/console/  with the key {API_KEY}\n"
        f"API       curl -H 'x-api-key: {API_KEY}' {stage.host.url}/api/v1/clusters\n"
        f"events    {stage.webhook}\n"
        f"Azure     {stage.served.arm_url}\n"
        f"masters   {masters}\n"
        f"policy    {stage.policy_file}\n"
        f"settings  {settings}\n"
        "          holds the connection string of Azurite, for: python -m cli --settings FILE status\n"
    )


def write_settings(stage: Stage) -> Path:
    """The app's settings in the form of local.settings.json, readable by us alone; they go with the stage."""
    path = stage.policy_file.with_name("local.settings.json")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"IsEncrypted": False, "Values": dict(stage.settings)}, file, indent=2)
    return path


def _read_lines() -> asyncio.Queue[str | None]:
    """Lines of standard input as they come, None at its end. A thread reads, because not every kind of input can be
    waited for by the loop; it reads the descriptor, so that nothing is locked when the program ends."""
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def put(line: str | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(queue.put_nowait, line)

    def read() -> None:
        rest = b""
        while chunk := os.read(sys.stdin.fileno(), 4096):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                put(line.decode(errors="replace").strip())
        if rest.strip():
            put(rest.decode(errors="replace").strip())
        put(None)

    threading.Thread(target=read, name="stdin", daemon=True).start()
    return queue
