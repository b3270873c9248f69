"""A small framework on the v1 scheduler API that keeps a number of like tasks running, as Marathon does for an app.

All its tasks have one name, the application's, and ids of their own. Each runs on an agent of its own as far as there
are enough (`--per-agent`). A task that ends or is lost is started again where resources are offered. It is a
PARTITION_AWARE framework: of an agent that was marked gone it hears TASK_GONE_BY_OPERATOR at once.

It ends when its standard input does, so that none outlives the test run; Mesos then forgets it at once, there being
no failover timeout. Source: apache/mesos:docs/scheduler-http-api.md.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import sys
import threading

from tests.real_mesos.recordio import EventStream, Json, post

LOG = logging.getLogger("framework")
PATH = "/api/v1/scheduler"
RESOURCES = {"cpus": 0.01, "mem": 16.0, "disk": 1.0}
ALIVE = frozenset({"TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_KILLING"})
CAPABILITIES = ("MULTI_ROLE", "PARTITION_AWARE", "TASK_KILLING_STATE")


class Framework:
    def __init__(self, options: argparse.Namespace) -> None:
        self._o = options
        self._framework_id: Json = {}
        self._stream_id = ""
        self._numbers = itertools.count(1)
        self._agents: dict[str, str] = {}  # living task -> its agent

    def run(self) -> None:
        info = {
            "name": self._o.name,
            "user": self._o.user,
            "roles": ["*"],
            "failover_timeout": 0,
            "capabilities": [{"type": capability} for capability in CAPABILITIES],
        }
        stream = EventStream(
            self._o.master, PATH, {"type": "SUBSCRIBE", "subscribe": {"framework_info": info}}
        )
        if stream.status != 200:
            sys.exit(f"SUBSCRIBE: {stream.status} {stream.text()}")
        self._stream_id = stream.stream_id
        for event in stream:
            match event["type"]:
                case "SUBSCRIBED":
                    self._framework_id = event["subscribed"]["framework_id"]
                case "OFFERS":
                    for offer in event["offers"].get("offers", []):
                        self._use(offer)
                case "UPDATE":
                    self._note(event["update"]["status"])

    def _use(self, offer: Json) -> None:
        agent = offer["agent_id"]["value"]
        left = {
            part["name"]: part["scalar"]["value"] for part in offer["resources"] if part["type"] == "SCALAR"
        }
        tasks: list[Json] = []
        while self._wants(agent) and all(left.get(name, 0) >= value for name, value in RESOURCES.items()):
            left = {name: value - RESOURCES.get(name, 0) for name, value in left.items()}
            tasks.append(self._task(agent))
        launch = {"type": "LAUNCH", "launch": {"task_infos": tasks}}
        accept = {"offer_ids": [offer["id"]], "filters": {"refuse_seconds": 0.5}}
        if tasks:
            self._call("ACCEPT", accept=accept | {"operations": [launch]})
        else:
            self._call("DECLINE", decline=accept)

    def _wants(self, agent: str) -> bool:
        here = sum(1 for other in self._agents.values() if other == agent)
        wants_more: bool = len(self._agents) < self._o.tasks and here < self._o.per_agent
        return wants_more

    def _task(self, agent: str) -> Json:
        task_id = f"{self._o.name}.{next(self._numbers)}"
        self._agents[task_id] = agent
        return {
            "name": self._o.name,
            "task_id": {"value": task_id},
            "agent_id": {"value": agent},
            "command": {"shell": True, "value": self._o.command},
            "resources": [
                {"name": name, "type": "SCALAR", "scalar": {"value": value}, "allocation_info": {"role": "*"}}
                for name, value in RESOURCES.items()
            ],
        }

    def _note(self, status: Json) -> None:
        if status["state"] not in ALIVE:
            self._agents.pop(status["task_id"]["value"], None)
        if "uuid" in status:
            acknowledge = {key: status[key] for key in ("agent_id", "task_id", "uuid")}
            self._call("ACKNOWLEDGE", acknowledge=acknowledge)

    def _call(self, kind: str, **body: Json) -> None:
        call = {"type": kind, "framework_id": self._framework_id, **body}
        status, text = post(self._o.master, PATH, call, {"Mesos-Stream-Id": self._stream_id})
        if status != 202:
            LOG.warning("%s: %s %s", kind, status, text)


def _hold_leash() -> None:
    def wait() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--master", required=True, help="host:port")
    parser.add_argument("--name", default="app", help="of the framework and of each of its tasks")
    parser.add_argument("--user", default="root", help="whom the tasks run as")
    parser.add_argument("--tasks", type=int, default=3)
    parser.add_argument("--per-agent", type=int, default=1)
    parser.add_argument("--command", default="exec sleep 600")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    _hold_leash()
    Framework(options).run()


if __name__ == "__main__":
    main()
