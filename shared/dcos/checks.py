"""The checks of DC/OS 1.12 and later: run them, and read what failed.

A GET lists the checks, a POST runs them; without content type all of them. Masters and agents both have the interface
behind their Admin Router. A runner that could not run one answers 200 with an `error` and no results, which is a
failure to read and not a failed check.
Sources: dcos/dcos-check-runner:api/router.go, runner/runner.go; statuses 0 OK, 1 warning, 2 critical, 3 unknown;
dcos/dcos:packages/dcos-integration-test/extra/test_checks.py for agents.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from shared.dcos.doors import NEXT_LOOK, Door, Hosts, understood
from shared.dcos.texts import shortened
from shared.errors import Retry
from shared.model.health import Check, Health

CLUSTER, NODE = "/system/checks/v1/cluster/", "/system/checks/v1/node/"
FIRST_RELEASE = (1, 12)
RUN_TIMEOUT_S = 35.0
"""A check may run for 30 s (dcos/dcos:gen/calc.py), and they run side by side."""
LONGEST_NAME, MOST = 128, 64
"""Characters of a check's name, and checks of one answer; DC/OS has about a dozen."""
STOP_AN_AGENT = frozenset({"docker"})
"""Checks without which an agent does no work: no task with an image of Docker can be started. Others say the same as a
unit (`components_agent`) or as Mesos itself (`mesos_agent_registered_with_masters`), or what no running task needs
(dcos/dcos:gen/calc.py, node checks)."""
STATUSES = {0: Health.OK, 1: Health.WARNING, 2: Health.CRITICAL}


class _Result(Struct):
    status: Any = None
    output: str | None = None


class _Answer(Struct):
    checks: dict[str, _Result] | list[str] | None = None
    error: str | None = None


_answer = msgspec.json.Decoder(_Answer)


def has_checks(dcos_version: str) -> bool | None:
    """Whether this release has the interface; None when the version can't be read."""
    found = re.match(r"(\d{1,4})\.(\d{1,4})", dcos_version)
    return None if found is None else (int(found[1]), int(found[2])) >= FIRST_RELEASE


async def read(hosts: Hosts, port: int, path: str) -> tuple[Check, ...]:
    """Results by name. `Retry` when no runner answers in time or it could not run the checks."""
    _, answer = await hosts.first(Door(port, path, "POST", RUN_TIMEOUT_S))
    said = understood(path, _answer.decode, answer.body)
    if said.error is not None or isinstance(said.checks, list):
        raise Retry(f"{path} could not run its checks ({said.error or said.checks})", NEXT_LOOK)
    results = said.checks or {}
    named = sorted(name for name in results if len(name) <= LONGEST_NAME)
    return tuple(_check(name, results[name]) for name in named[:MOST])


def _check(name: str, result: _Result) -> Check:
    code = result.status if type(result.status) is int else -1
    return Check(
        name, STATUSES.get(code, Health.UNKNOWN), shortened(result.output or ""), name in STOP_AN_AGENT
    )
