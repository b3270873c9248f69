"""One real Mesos cluster: a master, its agents and a framework or two, each a process of its own.

An agent is known by its address, any in 127.0.0.0/8, as an agent on DC/OS is known by that of its network interface.
Verbs for what happens to machines: `start_agent`, `kill_agent` (the process dies; started again it has the same id,
because its disk is still there), `freeze_agent`, `thaw_agent`, `unregister_agent`, `wipe_agent` (a new machine with
the old address). Every process holds a leash, the end of a pipe, and ends when the test run does.

A dead agent is unreachable for the master after three missed pings of one second; Mesos's own default is 75 seconds,
DC/OS's is five minutes.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.real_mesos.build import ROOT

MASTER_FLAGS = (
    "--agent_ping_timeout=1secs",
    "--max_agent_ping_timeouts=3",
    "--allocation_interval=100ms",
    "--registry=replicated_log",
)
AGENT_FLAGS = (
    "--no-hostname_lookup",
    "--launcher=posix",
    "--isolation=posix/cpu,posix/mem",
    "--no-systemd_enable_support",
    "--no-io_switchboard_enable_server",
    "--registration_backoff_factor=20ms",
    "--resources=cpus:2;mem:1024;disk:4096;ports:[31000-31100]",
)

type Json = dict[str, Any]


class RealMesos:
    """Made by `running`. `master` is its `host:port`; `agent_port` the port of all agents."""

    def __init__(self, program: Path, directory: Path) -> None:
        self._program = program
        self._directory = directory
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.port, self.agent_port = _free_ports(2)
        self.master = f"127.0.0.1:{self.port}"

    @classmethod
    @asynccontextmanager
    async def running(cls, program: Path, directory: Path) -> AsyncIterator[RealMesos]:
        """A master that leads, with no agents yet. `program` is what `build()` returned."""
        mesos = cls(program, directory)
        try:
            mesos.start_master()
            await mesos.until("the master leads", lambda state: bool(state.get("leader")))
            yield mesos
        finally:
            mesos.stop()

    def start_master(self) -> None:
        """Also again, after `stop_master`: with the same registry, so it remembers its agents."""
        home = self._home("master")
        flags = (f"--port={self.port}", "--hostname=127.0.0.1", f"--work_dir={home / 'work'}", *MASTER_FLAGS)
        self._drive("master", "master", "--ip=127.0.0.1", *flags)

    def stop_master(self) -> None:
        self._end("master", signal.SIGKILL)

    def start_agent(self, address: str) -> None:
        """Its hostname is its address, as on DC/OS. Registering takes it some 100 ms: see `until_agents`."""
        home = self._home(address)
        self._drive(
            *(address, "agent", f"--master={self.master}", f"--ip={address}", f"--port={self.agent_port}"),
            *(f"--hostname={address}", f"--work_dir={home / 'work'}", f"--runtime_dir={home / 'runtime'}"),
            *(f"--fetcher_cache_dir={home / 'fetch'}", f"--launcher_dir={self._program}", *AGENT_FLAGS),
        )

    def kill_agent(self, address: str) -> None:
        self._end(address, signal.SIGKILL)

    def unregister_agent(self, address: str) -> None:
        """The agent takes its leave in good order and ends."""
        self._end(address, signal.SIGUSR1)

    def freeze_agent(self, address: str) -> None:
        self._processes[address].send_signal(signal.SIGSTOP)

    def thaw_agent(self, address: str) -> None:
        self._processes[address].send_signal(signal.SIGCONT)

    def wipe_agent(self, address: str) -> None:
        """Kills the agent and empties its disk: what is started there next is a new agent."""
        self.kill_agent(address)
        self.empty_disk(address)

    def forget_id(self, address: str) -> None:
        """What is started there next is a new agent on the old disk. None may be running there."""
        (self._home(address) / "work" / "meta" / "slaves" / "latest").unlink()

    def empty_disk(self, address: str) -> None:
        """What is started at this address next is a new agent, on a new machine. None may be running there."""
        self._kill_tasks(self._home(address))
        shutil.rmtree(self._home(address), ignore_errors=True)

    def master_log(self) -> str:
        return (self._home("master") / "log").read_text(errors="replace")

    def is_running(self, address: str) -> bool:
        """Does the agent's process live? One that was told by the master to go away ends by itself."""
        process = self._processes.get(address)
        return process is not None and process.poll() is None

    def run_tasks(self, name: str, tasks: int, per_agent: int = 1) -> None:
        """A framework and application `name` that keeps `tasks` tasks running."""
        command = [
            sys.executable,
            "-m",
            "tests.real_mesos.framework",
            "--master",
            self.master,
            "--name",
            name,
        ]
        command += ["--user", getpass.getuser(), "--tasks", str(tasks), "--per-agent", str(per_agent)]
        self._spawn(f"framework-{name}", command, {**os.environ, "PYTHONPATH": str(ROOT)})

    def stop_tasks(self, name: str) -> None:
        self._end(f"framework-{name}", signal.SIGKILL)

    def call(self, kind: str, **payload: object) -> None:
        """A call of an operator, such as RESERVE_RESOURCES. Raises `HTTPError` when the master refuses."""
        body = json.dumps({"type": kind} | payload).encode()
        headers = {"content-type": "application/json", "accept": "application/json"}
        request = urllib.request.Request(f"http://{self.master}/api/v1", body, headers)
        with urllib.request.urlopen(request, timeout=5):
            pass

    async def state(self) -> Json:
        """The master's own `/state`, for asserting what really happened."""
        return await asyncio.to_thread(self._get, "/state")

    def agent_id(self, address: str) -> str:
        """Of the agent that is registered there."""
        agents: list[Json] = self._get("/slaves")["slaves"]
        return next(str(agent["id"]) for agent in agents if agent["hostname"] == address)

    async def until(self, what: str, holds: Callable[[Json], bool], seconds: float = 20) -> Json:
        """The first state for which `holds`. Fails with the end of the logs when that takes too long."""
        deadline = asyncio.get_running_loop().time() + seconds
        last: object = None
        while asyncio.get_running_loop().time() < deadline:
            try:
                last = state = await self.state()
                if holds(state):
                    return state
            except (OSError, ValueError) as error:
                last = error
            await asyncio.sleep(0.05)
        raise TimeoutError(f"in {seconds:g} s it did not happen that {what}: {last!r:.2000}\n{self._logs()}")

    async def until_agents(self, *addresses: str) -> Json:
        """Exactly these agents are registered and connected, and each has written down its id: the master tells of it
        first, and an agent that is killed in between comes back as a new one."""
        wanted = sorted(addresses)

        def holds(state: Json) -> bool:
            active = {agent["hostname"]: agent["id"] for agent in state["slaves"] if agent["active"]}
            return sorted(active) == wanted and all(
                (self._home(address) / "work" / "meta" / "slaves" / id / "slave.info").exists()
                for address, id in active.items()
            )

        return await self.until(f"the agents {wanted} are active", holds)

    async def until_running(self, name: str, tasks: int) -> Json:
        """The application has exactly so many tasks in TASK_RUNNING."""

        def holds(state: Json) -> bool:
            found = [task for framework in state["frameworks"] for task in framework["tasks"]]
            running = [task for task in found if task["name"] == name and task["state"] == "TASK_RUNNING"]
            return len(running) == tasks

        return await self.until(f"{tasks} tasks of {name} run", holds)

    def stop(self) -> None:
        """Ends every process of this cluster, its tasks too."""
        for name in reversed(self._processes):
            self._end(name, signal.SIGKILL)
        self._kill_tasks(self._directory)

    def _drive(self, name: str, *arguments: str) -> None:
        environment = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        command = [str(self._program / "mesos-driver"), *arguments]
        self._spawn(name, command, {**environment, "LEASH": "1"})

    def _spawn(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        if self.is_running(name):
            raise ValueError(f"{name} is running already")
        if name in self._processes:
            _let_go(self._processes[name])  # it had ended by itself
        home = self._home(name)
        home.mkdir(parents=True, exist_ok=True)
        with (home / "log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                command, cwd=home, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log
            )

    def _end(self, name: str, how: signal.Signals) -> None:
        process = self._processes[name]
        process.send_signal(signal.SIGCONT)
        process.send_signal(how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        _let_go(process)

    def processes_left(self) -> list[int]:
        """Processes of this cluster that live: its own, and executors and tasks below its directory."""
        own = [process.pid for process in self._processes.values() if process.poll() is None]
        return own + _tasks_below(self._directory)

    def _kill_tasks(self, directory: Path) -> None:
        for pid in _tasks_below(directory):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _home(self, name: str) -> Path:
        return self._directory / name

    def _get(self, path: str) -> Json:
        with urllib.request.urlopen(f"http://{self.master}{path}", timeout=5) as answer:
            found: Json = json.loads(answer.read())
            return found

    def _logs(self) -> str:
        return "\n".join(
            f"--- {log}\n{log.read_text(errors='replace')[-1500:]}"
            for log in sorted(self._directory.glob("*/log"))
        )


def _let_go(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()


def _tasks_below(directory: Path) -> list[int]:
    """Executors and tasks whose sandbox, named in their environment, lies below the directory."""
    mark = f"MESOS_DIRECTORY={directory}{os.sep}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):  # it has ended meanwhile, or is not ours
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
