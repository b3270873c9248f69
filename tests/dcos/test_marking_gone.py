"""MARK_AGENT_GONE can't be undone: each answer, and the lack of one, means exactly one thing for the caller."""

from __future__ import annotations

import msgspec
import pytest

from shared.dcos.mesos import MesosScheduler
from shared.errors import Refused, Retry, Unknown
from shared.memory.http import MemoryHttp, Route
from shared.ports.http import HttpAnswer, HttpCall
from tests.dcos.recorded import MASTER, answer, document, operator_api, scheduler, v1_master

AGENT = "36862680-b673-4ec1-afcf-1a4f2b75aed4-S0"


def calls_of(http: MemoryHttp, kind: str) -> list[HttpCall]:
    return [call for call in http.calls if call.body and msgspec.json.decode(call.body)["type"] == kind]


async def test_the_call_names_the_agent_and_is_sent_once() -> None:
    http = v1_master(MARK_AGENT_GONE=answer(b""))
    await scheduler(http).mark_gone(AGENT)
    (call,) = calls_of(http, "MARK_AGENT_GONE")
    assert msgspec.json.decode(call.body or b"") == {
        "type": "MARK_AGENT_GONE",
        "mark_agent_gone": {"agent_id": {"value": AGENT}},
    }
    assert call.headers["content-type"] == "application/json"


async def test_an_agent_that_the_master_never_heard_of_is_gone() -> None:
    await scheduler(v1_master(MARK_AGENT_GONE=answer(b"Agent 'x' not found", 404))).mark_gone(AGENT)


async def test_a_busy_master_is_asked_again_later() -> None:
    with pytest.raises(Retry, match="busy"):
        await scheduler(v1_master(MARK_AGENT_GONE=answer(b"in progress", 503))).mark_gone(AGENT)


async def test_a_master_before_mesos_1_5_does_not_know_the_call() -> None:
    with pytest.raises(Refused) as refusal:
        await scheduler(v1_master()).mark_gone(AGENT)
    assert (refusal.value.guard, refusal.value.reason) == ("mesos", "call_not_known")


@pytest.mark.parametrize("status", [401, 403])
async def test_without_permission_it_is_refused(status: int) -> None:
    with pytest.raises(Refused) as refusal:
        await scheduler(v1_master(MARK_AGENT_GONE=answer(b"", status))).mark_gone(AGENT)
    assert (refusal.value.guard, refusal.value.reason) == ("mesos", "not_authorized")


async def test_an_error_inside_the_master_leaves_the_outcome_unknown() -> None:
    with pytest.raises(Unknown, match="answered by master"):
        await scheduler(v1_master(MARK_AGENT_GONE=answer(b"registrar", 500))).mark_gone(AGENT)


def lost(error: OSError) -> MemoryHttp:
    def fail() -> HttpAnswer:
        raise error

    return v1_master(MARK_AGENT_GONE=fail)


@pytest.mark.parametrize(
    "error", [TimeoutError("no answer"), ConnectionResetError("reset"), BrokenPipeError("pipe")]
)
async def test_a_lost_answer_leaves_the_outcome_unknown_and_is_not_repeated(error: OSError) -> None:
    http = lost(error)
    with pytest.raises(
        Unknown, match=r"MARK_AGENT_GONE was sent to master 10\.0\.0\.5:5050 and not answered"
    ):
        await scheduler(http).mark_gone(AGENT)
    assert len(calls_of(http, "MARK_AGENT_GONE")) == 1


async def test_a_call_that_could_not_be_sent_did_nothing() -> None:
    with pytest.raises(Retry, match="could not be sent"):
        await scheduler(lost(ConnectionRefusedError("refused"))).mark_gone(AGENT)


async def test_without_a_leader_nothing_is_sent() -> None:
    http = v1_master(GET_MASTER=answer(b"", 503))
    with pytest.raises(Retry, match="no master leads"):
        await scheduler(http).mark_gone(AGENT)
    assert calls_of(http, "MARK_AGENT_GONE") == []


async def test_an_empty_id_marks_nothing() -> None:
    http = v1_master(MARK_AGENT_GONE=answer(b""))
    with pytest.raises(ValueError, match="empty agent id"):
        await scheduler(http).mark_gone("")
    assert http.calls == []


def two_masters(moves: int) -> MemoryHttp:
    """The first master leads when asked; to the call itself it answers `moves` times that the second leads now."""
    left = iter(range(moves))
    second = "10.0.0.6:5050"
    moved = {"done": False}

    def mark() -> HttpAnswer:
        if next(left, None) is None:
            return answer(b"")
        moved["done"] = True
        return answer(b"", 307, {"location": f"//{second}/api/v1"})

    def who(me: str) -> HttpAnswer:
        leads = (me == second) == moved["done"]
        other = MASTER if me == second else second
        recorded = document("get-master.json")
        recorded["get_master"]["master_info"]["id"] = me
        return answer(recorded) if leads else answer(b"", 307, {"location": f"//{other}/api/v1"})

    def api(master: str) -> Route:
        return operator_api({"GET_MASTER": lambda: who(master), "MARK_AGENT_GONE": mark})

    routes = {f"POST http://{master}/api/v1": api(master) for master in (MASTER, second)}
    return MemoryHttp(routes)


async def test_the_call_follows_a_leader_that_moved() -> None:
    http = two_masters(moves=1)
    await MesosScheduler(http, (MASTER, "10.0.0.6")).mark_gone(AGENT)
    assert [call.url for call in calls_of(http, "MARK_AGENT_GONE")] == [
        "http://10.0.0.5:5050/api/v1",
        "http://10.0.0.6:5050/api/v1",
    ]


async def test_the_call_follows_only_once() -> None:
    http = two_masters(moves=2)
    with pytest.raises(Retry, match="does not lead any more"):
        await MesosScheduler(http, (MASTER, "10.0.0.6")).mark_gone(AGENT)
    assert len(calls_of(http, "MARK_AGENT_GONE")) == 2
