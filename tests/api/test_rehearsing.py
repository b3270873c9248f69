"""What an action would come to is told before it is meant, by the same checks, and nothing is done."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.model.roles import Role
from shared.ports.queues import Queue
from shared.records.quarantine import Quarantine, Quarantined
from tests.api.callers import KEYS, Line, Said, line
from tests.scene import SET

WHY = {"why": "only a question"}
NODE = f"clusters/prod/nodes/{SET}_1"


async def rehearse(here: Line, path: str, body: Any, role: Role = Role.APPROVE, method: str = "POST") -> Said:
    sent = {"x-api-key": KEYS[role], "content-type": "application/json"}
    return await here.send(method, path, sent, {"rehearse": "true"}, msgspec.json.encode(body))


def everything(here: Line) -> dict[Any, Any]:
    return {where: rows for where, rows in here.scene.store.everything().items() if rows}


@pytest.mark.parametrize(
    ("path", "body", "method"),
    [
        ("clusters/prod/pause", WHY, "POST"),
        (f"{NODE}/hold", WHY, "POST"),
        (f"{NODE}/replace", {**WHY, "node": f"{SET}_1"}, "POST"),
        ("clusters/prod/pools/private/size", {**WHY, "target": 8, "nodes": 2}, "PUT"),
    ],
)
async def test_what_is_rehearsed_is_told_as_if_it_were_done_and_leaves_no_trace(
    path: str, body: Any, method: str
) -> None:
    here = await line()
    before, audit = everything(here), len(await here.scene.said())
    rehearsed = await rehearse(here, path, body, Role.OPERATE, method)
    assert rehearsed.status == 200, rehearsed.data
    assert (everything(here), len(await here.scene.said())) == (before, audit)
    assert rehearsed.data == (await here.act(path, body, Role.OPERATE, method)).data
    assert everything(here) != before


async def test_a_pause_names_the_nodes_that_it_touches() -> None:
    here = await line()
    names = [one["name"] for one in (await here.get("clusters/prod/nodes")).data["items"]]
    for subject in ("", "private"):
        told = (await rehearse(here, "clusters/prod/pause", {**WHY, "subject": subject})).data["nodes"]
        assert told == {"names": names, "count": len(names)}
    told = (await rehearse(here, "clusters/prod/pause", {**WHY, "subject": f"{SET}_1"})).data["nodes"]
    assert told["names"] == [f"{SET}_1"]


async def test_an_approval_names_its_node_and_what_cannot_be_undone() -> None:
    here = await line(mode="propose")
    (one,) = (await here.get("clusters/prod/incidents")).data["items"]
    path = f"clusters/prod/incidents/{one['incident']['id']}/approve"
    told = (await rehearse(here, path, WHY)).data
    assert (told["nodes"]["names"], "destroyed" in told["final"]) == ([f"{SET}_2"], True)
    await here.scene.after(minutes=20)
    assert here.scene.destroyed == []


async def test_what_would_be_refused_is_refused_when_it_is_rehearsed() -> None:
    here = await line()
    path, body = "clusters/prod/pools/private/size", {**WHY, "target": 999}
    assert (await rehearse(here, path, body, method="PUT")).reason == "outside_capacity"
    said = await rehearse(here, "clusters/prod/pause", WHY, Role.VIEW)
    assert (said.status, said.reason) == (403, "role_missing")


async def test_a_key_that_was_rehearsed_with_is_still_unused() -> None:
    here = await line()
    sent = {"x-api-key": KEYS[Role.OPERATE], "content-type": "application/json", "idempotency-key": "k-1"}
    body = b'{"why":"only a question"}'
    await here.send("POST", "clusters/prod/pause", sent, {"rehearse": "true"}, body)
    said = await here.send("POST", "clusters/prod/pause", sent, {}, body)
    assert (said.status, "Idempotency-Replayed" in said.answer.headers) == (200, False)


async def test_any_other_word_behind_an_action_is_a_problem() -> None:
    here = await line()
    sent = {"x-api-key": KEYS[Role.OPERATE], "content-type": "application/json"}
    said = await here.send("POST", "clusters/prod/pause", sent, {"dryrun": "true"}, b'{"why":"x"}')
    assert (said.status, said.reason) == (400, "bad_filter")


async def test_the_end_of_a_pause_asks_for_the_number_of_nodes_that_wait_and_then_names_them() -> None:
    here = await line(agents=8)
    await here.act("clusters/prod/pause", WHY)
    for number in (1, 4):
        here.scene.agent_dies(number)
    await here.scene.after(minutes=15)
    said = await rehearse(here, "clusters/prod/resume", WHY)
    assert said.reason == "not_their_number"
    waiting = said.data["numbers"]["nodes"]
    told = (await rehearse(here, "clusters/prod/resume", {**WHY, "nodes": waiting})).data
    assert told["nodes"]["count"] == waiting == 2
    assert (await here.get("clusters/prod/overrides", holds="true")).data["items"] != []


@pytest.mark.parametrize("action", ["replay", "drop"])
async def test_what_is_in_the_quarantine_stays_there_as_it_was(action: str) -> None:
    here = await line()
    now, body = here.scene.clock.now(), '{"cluster":"prod","operation":"x"}'
    failed = Quarantined(now, Queue.OPERATIONS.value, "it failed five times", len(body), body)
    await Quarantine(here.scene.store).put("20261122T100000Z|1", failed, "*")
    before = everything(here)
    said = await rehearse(here, "quarantine/20261122T100000Z|1/" + action, WHY)
    assert (said.status, said.data["touches"]) == (200, "20261122T100000Z|1")
    assert everything(here) == before
