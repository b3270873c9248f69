"""A master whose maintenance schedule can be looked into, and others who write it at the same time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from shared.dcos.mesos import MesosScheduler
from shared.memory.http import MemoryHttp
from shared.ports.http import HttpAnswer, HttpCall
from tests.dcos.recorded import MASTER, Json, answer, document, scheduler, v1_master

IP = "10.32.0.4"
OURS = {"hostname": IP, "ip": IP}
OTHERS = {
    "machine_ids": [{"hostname": "b", "ip": "10.0.0.2"}],
    "unavailability": {"start": {"nanoseconds": 5}},
}


def listed() -> Json:
    """The recorded state, with an agent at `IP`."""
    state = document("get-state-after-restart.json")
    agent = state["get_state"]["get_agents"]["agents"][0]
    agent["agent_info"]["hostname"], agent["pid"] = IP, f"slave(1)@{IP}:5051"
    return state


class Master:
    """The maintenance endpoints as Mesos 1.11 was recorded to answer them. `faults` answer instead, by path. What
    `before` a post is done by others is given by path too, each of them once."""

    def __init__(self, windows: list[Json] | None = None) -> None:
        self.windows = windows or []
        self.down: list[Json] = []
        self.faults: dict[str, HttpAnswer | OSError] = {}
        self.before: list[Callable[[], None]] = []
        self.after: list[Callable[[], None]] = []
        self.asked: list[str] = []
        self.forgets_posts = False
        self.somebody_is_faster = False
        self.http: MemoryHttp = v1_master(GET_STATE=answer(listed()))
        for path in ("/maintenance/schedule", "/maintenance/status", "/machine/down", "/machine/up"):
            for method in ("GET", "POST"):
                self.http.routes[f"{method} http://{MASTER}{path}"] = self._answer

    def scheduler(self) -> MesosScheduler:
        return scheduler(self.http)

    def _answer(self, call: HttpCall) -> HttpAnswer:
        path = call.url.removeprefix(f"http://{MASTER}")
        self.asked.append(f"{call.method} {path}")
        fault = self.faults.get(f"{call.method} {path}")
        if isinstance(fault, OSError):
            raise fault
        sent = None if call.body is None else msgspec.json.decode(call.body)
        posts = self.asked[-1] == "POST /maintenance/schedule"
        if posts and self.before:
            self.before.pop(0)()
        answered = fault or self._play(path, sent)
        if posts and self.after:
            self.after.pop(0)()
        return answered

    def _play(self, path: str, sent: Any) -> HttpAnswer:
        match path, sent:
            case "/maintenance/schedule", None:
                return answer({"windows": self.windows} if self.windows else {})
            case "/maintenance/schedule", {"windows": windows}:
                if any(not any(one in each["machine_ids"] for each in windows) for one in self.down):
                    return answer(b"is deactivated and cannot be removed from the schedule", 400)
                self.windows = self.windows if self.forgets_posts else windows
            case "/maintenance/status", None:
                return answer({"down_machines": self.down})
            case "/machine/down", [machine]:
                if self.somebody_is_faster:
                    self.down.append(machine)
                if machine in self.down or not any(machine in one["machine_ids"] for one in self.windows):
                    return answer(b"is not in DRAINING mode and cannot be brought down", 400)
                self.down.append(machine)
            case "/machine/up", [machine]:
                if machine not in self.down:
                    return answer(b"is not in DOWN mode and cannot be brought up", 400)
                self.down.remove(machine)
                self.windows = [one for one in self.windows if machine not in one["machine_ids"]]
        return answer(b"")

    def posts(self) -> list[str]:
        return [asked for asked in self.asked if asked.startswith("POST")]
