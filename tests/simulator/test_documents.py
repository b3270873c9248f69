"""Documents that callers get wrong are refused as Mesos refuses them, and change nothing."""

from typing import Any

import msgspec
import pytest

from simulator.world.build import ClusterSpec
from tests.simulator.recorded import mesos_body, mesos_requests
from tests.simulator.stage import Stage, play

BY_STATE = ("is not in", "deactivated", "is not part of")
"""These refusals depend on what was before, not on the document."""


def _refused_documents() -> list[Any]:
    cases = []
    for entry in mesos_requests("maintenance"):
        by_document = entry["method"] and entry["status"] in (400, 405) and entry["path"] != "/api/v1"
        if by_document and not any(words in mesos_body(entry["body"]) for words in BY_STATE):
            cases.append(pytest.param(entry, id=entry["body"]))
    return cases


@pytest.mark.parametrize("entry", _refused_documents())
def test_a_wrong_document_is_refused_word_for_word(entry: dict[str, Any]) -> None:
    async def story(stage: Stage) -> None:
        given = entry["request_body"]
        body = (
            given.encode() if isinstance(given, str) else b"" if given is None else msgspec.json.encode(given)
        )
        status, _, answer = await stage.ask_mesos(entry["method"], entry["path"], body)
        assert (status, answer.decode().strip()) == (entry["status"], mesos_body(entry["body"]).strip())
        assert stage.cluster.mesos.maintenance.windows == []

    play(story, ClusterSpec("documents", "2.2"))


@pytest.mark.parametrize(
    "document",
    [
        {"windows": ["x"]},
        {"windows": "x"},
        {"windows": [{"machine_ids": ["x"], "unavailability": {"start": {"nanoseconds": 1}}}]},
        {"windows": [{"machine_ids": [{"hostname": "h"}], "unavailability": {"start": "now"}}]},
        {"windows": [{"machine_ids": [{"hostname": "h"}], "unavailability": "soon"}]},
    ],
)
def test_types_that_do_not_fit_are_refused(document: Any) -> None:
    async def story(stage: Stage) -> None:
        status, _, _ = await stage.ask_mesos("POST", "/maintenance/schedule", msgspec.json.encode(document))
        assert status == 400

    play(story)


@pytest.mark.parametrize(
    ("grace", "nanoseconds"),
    [
        ({"seconds": 60}, 60 * 10**9),
        ({"seconds": 3, "nanos": 500_000_000}, 3_500_000_000),
        ({"seconds": 1.5}, 10**9),
        ({"nanoseconds": 5}, 0),  # not a field of this message
        (None, None),
    ],
)
def test_forms_of_a_grace_period_that_mesos_takes(grace: Any, nanoseconds: int | None) -> None:
    async def story(stage: Stage) -> None:
        order = {"agent_id": {"value": stage.agent(0).id}} | ({"max_grace_period": grace} if grace else {})
        assert await stage.call("DRAIN_AGENT", drain_agent=order) == (200, "")
        drain = stage.agent(0).drain
        assert drain is not None
        assert drain.max_grace_ns == nanoseconds

    play(story, ClusterSpec("new", "2.2"))


@pytest.mark.parametrize("grace", ["10mins", "5s", 60])
def test_forms_of_a_grace_period_that_mesos_refuses(grace: Any) -> None:
    async def story(stage: Stage) -> None:
        order = {"agent_id": {"value": stage.agent(0).id}, "max_grace_period": grace}
        status, text = await stage.call("DRAIN_AGENT", drain_agent=order)
        assert status == 400
        assert "max_grace_period" in text
        assert stage.agent(0).drain is None

    play(story, ClusterSpec("new", "2.2"))


def test_arm_refuses_a_body_that_is_no_document() -> None:
    async def story(stage: Stage) -> None:
        for body in ([1], "text"):
            answer = await stage.ask_arm("PATCH", stage.private.id, body)
            assert answer.status == 400
            assert b"InvalidRequestContent" in answer.body
        assert (await stage.ask_arm("POST", f"{stage.private.id}/delete", {"instanceIds": []})).status == 400
        assert len(stage.private.instances) == 3

    play(story)
