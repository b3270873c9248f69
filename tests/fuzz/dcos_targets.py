"""Targets among the interfaces of DC/OS: what its nodes may answer.

`health_*`: one interface answers the bytes, the others answer what was recorded, and what is wrong with the cluster
becomes signals. `mesos_*`: a master's state in its two languages, and its claim to lead. What cannot be read is one of
the four errors there; the search for the leader takes it for silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

import msgspec

from shared.dcos import older, v1
from shared.dcos.leader import Leader, LeaderSearch, Points, Silent
from shared.dcos.masters import UNREADABLE, Masters
from shared.dcos.reading import Reading, state_of
from shared.errors import Retry
from shared.memory.http import MemoryHttp, Route
from shared.model.signals import Signal
from shared.ports.store import LARGEST_BODY
from shared.records.last_health import abridged
from shared.signals.health import complaints, news
from tests.builders import NOW
from tests.dcos.recorded import MASTER, answer, body, document, operator_api
from tests.dcos.test_health import CHECKS, EXHIBITOR, HEALTH, LEADER, QUEUE, read, recorded, says
from tests.dcos.test_health import MASTER as HOST

type Target = Callable[[bytes], None]

MOST_OF_A_MESSAGE = 48 * 1024
"""Bytes that fit into a message of a storage queue, which holds 64 KiB in base64."""

SICK = "167.114.218.156"
"""The unhealthy node of the recorded list."""

SICK_UNIT = "dcos-signal.service"
"""What fails on it."""

AGENT_CHECKS = f"POST http://{SICK}:61001/system/checks/v1/node/"
PACKAGES = f"GET http://{HOST}:80/pkgpanda/active/"
RECORDED: dict[str, Route] = {
    f"{HEALTH}/nodes": recorded("diagnostics-nodes.json"),
    f"{HEALTH}/nodes/{SICK}/units": recorded("diagnostics-node-units.json"),
    f"{HEALTH}/nodes/{SICK}/units/{SICK_UNIT}": says({"output": "exited with status 1"}),
    HEALTH: says({"dcos_version": "1.12.0"}),
    EXHIBITOR: recorded("exhibitor-cluster-status.json"),
    LEADER: says({"leader": "172.16.0.5:8080"}),
    QUEUE: recorded("marathon-queue.json"),
    f"{CHECKS}/cluster/": says({"status": 0, "checks": {}}),
    f"{CHECKS}/node/": says({"status": 2, "checks": {"clock": {"status": 2, "output": "no"}}}),
    PACKAGES: says(["mesos--9a6b7c"]),
    AGENT_CHECKS: says({"status": 2, "checks": {"docker": {"status": 2, "output": "not there"}}}),
}

FLAGS = body("get-flags.json")
ELECTION = str(document("state-after-restart.json")["id"])
LEADS = Leader(MASTER, ELECTION, "1.11.0", 1.7e9, None, frozenset({MASTER}), has_v1=True)


def health(path: str, content: bytes) -> None:
    found = asyncio.run(read({**RECORDED, path: says(content)}))
    assert len(msgspec.json.encode(abridged(found))) < LARGEST_BODY
    after = complaints({}, found, NOW)
    assert all(len(msgspec.json.encode(row)) < LARGEST_BODY for row in after.values())
    can_be_sent(one.signal for one in news("prod", {}, after, {}, NOW))
    can_be_sent(one.signal for one in news("prod", after, {}, {}, NOW))


def master_state(content: bytes) -> None:
    _state(lambda: v1.reading(LEADS, FLAGS, content))


def master_flags(content: bytes) -> None:
    _state(lambda: v1.reading(LEADS, content, body("get-state-after-restart.json")))


def older_state(content: bytes) -> None:
    _state(lambda: older.reading(LEADS, content, content))


def leader(content: bytes) -> None:
    """As the answer to GET_MASTER, and as the `/state` of a master that does not know that call."""
    url = f"http://{MASTER}"
    for routes in (
        {f"POST {url}/api/v1": operator_api({"GET_MASTER": answer(content)})},
        {f"POST {url}/api/v1": operator_api({}), f"GET {url}/state": says(content)},
    ):
        word = asyncio.run(LeaderSearch(Masters(MemoryHttp(routes)), (MASTER,)).ask(MASTER))
        assert isinstance(word, Leader | Points | Silent)


def can_be_sent(signals: Iterable[Signal]) -> None:
    for signal in signals:
        message = msgspec.json.encode(signal)
        assert len(message) <= MOST_OF_A_MESSAGE
        assert msgspec.json.decode(message, type=Signal) == signal


def _state(reading: Callable[[], Reading]) -> None:
    """What `MesosScheduler` makes of a master's answer, with the errors that it expects."""
    try:
        state = state_of(LEADS, reading())
    except (*UNREADABLE, Retry):
        return
    assert all(agent.agent_id and agent.address for agent in state.agents)


OF_DCOS: dict[str, Target] = {
    "health_nodes": partial(health, f"{HEALTH}/nodes"),
    "health_units": partial(health, f"{HEALTH}/nodes/{SICK}/units"),
    "health_text": partial(health, f"{HEALTH}/nodes/{SICK}/units/{SICK_UNIT}"),
    "health_release": partial(health, HEALTH),
    "health_exhibitor": partial(health, EXHIBITOR),
    "health_leader": partial(health, LEADER),
    "health_queue": partial(health, QUEUE),
    "health_checks": partial(health, f"{CHECKS}/node/"),
    "health_agent_checks": partial(health, AGENT_CHECKS),
    "health_cluster_checks": partial(health, f"{CHECKS}/cluster/"),
    "health_packages": partial(health, PACKAGES),
    "mesos_state": master_state,
    "mesos_flags": master_flags,
    "mesos_older": older_state,
    "mesos_leader": leader,
}
