"""Ending tasks of Marathon's applications and pods, without changing how many are wanted.

Tasks go in one request, instances of each pod in one more. Never with `force`, which would break off a deployment, and
never with `scale`. Marathon ends what it finds and says nothing of the rest, so what is gone already is success; only
where a whole application is gone it breaks off in the middle (404), and nobody knows what was ended.
Sources: mesosphere/marathon:src/main/scala/mesosphere/marathon/api/v2/TasksResource.scala, api/TaskKiller.scala,
docs/docs/rest-api/public/api/v2/pods.raml.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from shared.dcos.doors import Hosts
from shared.dcos.orders import AGAIN, Order, give
from shared.errors import PoolkeeperError, Refused, Retry, Unknown

TASKS = "/v2/tasks/delete"
POD_INSTANCE = re.compile(r"(?P<pod>[a-z0-9._-]+)\.instance-[0-9a-f-]{36}")
"""Ids of a pod's instances; those of tasks have something behind it, or no `instance-` (Marathon before 1.4)."""


async def kill(hosts: Hosts, port: int, ids: Collection[str], *, wipe: bool) -> None:
    """As `Workloads.kill` of the port."""
    if not ids:
        raise ValueError("no ids of tasks: an empty selection ends nothing")
    for number, order in enumerate(_orders(port, sorted(set(ids)), str(wipe).lower())):
        try:
            await _give(hosts, order)
        except (Retry, Refused) as error:
            if number == 0:
                raise
            raise Unknown(f"a part of the tasks was ended before Marathon said no ({_why(error)})") from error


def _orders(port: int, ids: list[str], wipe: str) -> Iterator[Order]:
    by_pod: dict[str, list[str]] = {}
    tasks: list[str] = []
    for one in ids:
        instance = POD_INSTANCE.fullmatch(one)
        if instance is None:
            tasks.append(one)
        else:
            by_pod.setdefault(instance["pod"].replace("_", "/"), []).append(one)
    what = f"ending {len(ids)} tasks"
    if tasks:
        yield _order(what, port, f"{TASKS}?scale=false&wipe={wipe}", {"ids": tasks})
    for pod, some in by_pod.items():
        yield _order(what, port, f"/v2/pods/{pod}::instances?wipe={wipe}", some, "DELETE")


def _order(what: str, port: int, path: str, body: object, method: str = "POST") -> Order:
    return Order("marathon", what, port, path, method, body, frozenset({200, 202}), frozenset({404, 409}))


async def _give(hosts: Hosts, order: Order) -> None:
    status = (await give(hosts, order)).status
    if status == 409:
        raise Retry("an application of these tasks is locked by a deployment", AGAIN)
    if status == 404:
        raise Unknown("an application of these tasks is gone, and Marathon broke off while ending them")


def _why(error: PoolkeeperError) -> str:
    return error.why if isinstance(error, Retry) else str(error)
