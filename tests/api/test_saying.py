"""What people say by the API: it is done in their name, about what they have read, and once."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from shared.api.problem import STATUS, problem_of
from shared.desk.told import Told
from shared.errors import Conflict, Poison, PoolkeeperError, Refused, Retry, Unknown
from shared.model.roles import Role
from tests.api.callers import KEYS, Line, line
from tests.scene import SET

WHY = {"why": "the rack is being moved"}


async def waiting(here: Line) -> tuple[str, str]:
    """The id and etag of the incident that waits for an approval."""
    (one,) = (await here.get("clusters/prod/incidents")).data["items"]
    return one["incident"]["id"], one["etag"]


async def test_an_approval_is_carried_out_in_the_name_of_the_caller() -> None:
    here = await line(mode="propose")
    name, etag = await waiting(here)
    said = await here.act(f"clusters/prod/incidents/{name}/approve", WHY, if_match=f'"{etag}"')
    assert said.status == 200, said.data
    assert said.data["touches"]
    await here.scene.after(minutes=20)
    assert here.scene.destroyed == ["2"]
    assert any("key approveer says approve" in text for text in await here.scene.said())


async def test_what_has_changed_since_it_was_read_is_not_spoken_about() -> None:
    here = await line(mode="propose")
    name, etag = await waiting(here)
    assert (await here.act(f"clusters/prod/incidents/{name}/reject", WHY)).status == 200
    await here.scene.after(minutes=5)
    said = await here.act(f"clusters/prod/incidents/{name}/approve", WHY, if_match=f'"{etag}"')
    assert (said.status, said.reason) == (412, "changed_meanwhile")


async def test_the_etag_of_an_answer_is_taken_as_it_came() -> None:
    here = await line(mode="propose")
    name, _ = await waiting(here)
    etag = (await here.get(f"clusters/prod/incidents/{name}")).etag
    assert (await here.act(f"clusters/prod/incidents/{name}/approve", WHY, if_match=etag)).status == 200


@pytest.mark.parametrize("etag", ['"ungültig"', '"...."', '"' + "A" * 600 + '"', "x"])
async def test_an_etag_that_was_not_made_here_fits_nothing(etag: str) -> None:
    here = await line(mode="propose")
    name, _ = await waiting(here)
    said = await here.act(f"clusters/prod/incidents/{name}/approve", WHY, if_match=etag)
    assert said.status == 412


async def test_a_pause_a_hold_a_size_and_a_wish_for_another_machine_are_said_and_taken_back() -> None:
    here = await line()
    node = f"clusters/prod/nodes/{SET}_1"
    for path, body, method in (
        ("clusters/prod/pause", {**WHY, "subject": "private", "for": "2h"}, "POST"),
        (f"{node}/hold", WHY, "POST"),
        ("clusters/prod/pools/private/size", {**WHY, "target": 8, "nodes": 2}, "PUT"),
    ):
        said = await here.act(path, body, Role.OPERATE, method)
        assert said.status == 200, said.data
        assert said.data["says"]
    listed = (await here.get("clusters/prod/overrides", holds="true")).data["items"]
    assert {(one["override"]["kind"], one["override"]["who"]) for one in listed} >= {
        ("pause", "key operateer"),
        ("size", "key operateer"),
    }
    for path, body in (
        ("clusters/prod/resume", {"subject": "private"}),
        (f"{node}/release", WHY),
        ("clusters/prod/pools/private/size/clear", {}),
    ):
        said = await here.act(path, body, Role.OPERATE)
        assert said.status == 200, said.data
    assert (await here.get("clusters/prod/overrides", holds="true")).data["items"] == []


async def test_a_node_is_replaced_when_its_name_is_said_twice() -> None:
    here = await line()
    node = f"{SET}_1"
    wrong = await here.act(f"clusters/prod/nodes/{node}/replace", {**WHY, "node": f"{SET}_3"}, Role.OPERATE)
    assert (wrong.status, wrong.reason) == (422, "another_node")
    said = await here.act(f"clusters/prod/nodes/{node}/replace", {**WHY, "node": node}, Role.OPERATE)
    assert said.status == 200, said.data
    assert said.data["final"]
    await here.scene.after(minutes=60)
    assert "1" in here.scene.destroyed


async def test_the_same_key_again_gets_the_same_answer_and_nothing_is_done_twice() -> None:
    here = await line()
    first = await here.act("clusters/prod/pause", WHY, idempotency_key="k-1")
    here.scene.clock.advance(timedelta(hours=1))
    again = await Line(here.scene).act("clusters/prod/pause", WHY, idempotency_key="k-1")
    assert (again.status, again.answer.body) == (first.status, first.answer.body)
    assert again.answer.headers["Idempotency-Replayed"] == "true"
    assert sum("says pause" in text for text in await here.scene.said()) == 1


async def test_a_refusal_is_kept_like_any_other_answer() -> None:
    here = await line()
    path, body = "clusters/prod/pools/private/size", {**WHY, "target": 999}
    first = await here.act(path, body, method="PUT", idempotency_key="k-1")
    again = await here.act(path, body, method="PUT", idempotency_key="k-1")
    assert (first.status, again.answer.body) == (409, first.answer.body) or first.status == 422
    assert "Idempotency-Replayed" in again.answer.headers


async def test_a_key_of_another_request_is_a_422_and_of_another_caller_a_request_of_its_own() -> None:
    here = await line()
    await here.act("clusters/prod/pause", WHY, idempotency_key="k-1")
    said = await here.act("clusters/prod/pause", {"why": "something else"}, idempotency_key="k-1")
    assert (said.status, said.reason) == (422, "key_of_another_request")
    other = await here.act("clusters/prod/pause", WHY, Role.OPERATE, idempotency_key="k-1")
    assert "Idempotency-Replayed" not in other.answer.headers


@pytest.mark.parametrize("key", ["x" * 101, "a\tb"])
async def test_a_key_that_is_none_is_a_problem(key: str) -> None:
    said = await (await line()).act("clusters/prod/pause", WHY, idempotency_key=key)
    assert (said.status, said.reason) == (400, "bad_key")


async def test_somebody_at_the_same_request_is_waited_for_and_taken_over_when_he_died() -> None:
    here = await line()
    here.scene.store.faults.next("write", Retry("busy", timedelta(seconds=7)), done=True)
    said = await here.act("clusters/prod/pause", WHY, idempotency_key="k-1")
    assert (said.status, said.answer.headers["Retry-After"]) == (503, "7")
    said = await here.act("clusters/prod/pause", WHY, idempotency_key="k-1")
    assert (said.status, said.reason) == (409, "at_work")
    here.scene.clock.advance(timedelta(seconds=61))
    assert (await here.act("clusters/prod/pause", WHY, idempotency_key="k-1")).status == 200


async def test_answers_are_forgotten_after_two_days() -> None:
    here = await line()
    await here.act("clusters/prod/pause", WHY, idempotency_key="k-1")
    here.scene.clock.advance(timedelta(days=1))
    await here.scene.app.housekeep()
    assert (
        "Idempotency-Replayed"
        in (await here.act("clusters/prod/pause", WHY, idempotency_key="k-1")).answer.headers
    )
    here.scene.clock.advance(timedelta(days=2))
    await here.scene.app.housekeep()
    assert (
        "Idempotency-Replayed"
        not in (await here.act("clusters/prod/pause", WHY, idempotency_key="k-1")).answer.headers
    )


async def test_storage_that_is_busy_is_told_with_when_to_come_again() -> None:
    here = await line()
    here.scene.store.faults.always("get", Retry("storage is busy", timedelta(seconds=9)))
    said = await here.act("clusters/prod/pause", WHY)
    assert (said.status, said.reason, said.answer.headers["Retry-After"]) == (503, "not_now", "9")


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (Retry("busy", timedelta(0)), 503, "not_now"),
        (Conflict("row 1"), 409, "written_meanwhile"),
        (Refused("storm", "storm_holds", {"unwell": 5}), 409, "storm_holds"),
        (Unknown("a write"), 502, "not_known"),
        (Poison("no such thing"), 422, "never_works"),
        *[(Told(kind, "code", "A sentence."), status, "code") for kind, status in STATUS.items()],
    ],
)
def test_each_error_of_the_app_is_one_problem(error: PoolkeeperError, status: int, reason: str) -> None:
    told = problem_of(error).problem
    assert (told.status, told.type) == (status, f"/problems/{reason}")


@pytest.mark.parametrize(
    ("body", "header", "status", "reason"),
    [
        (b"x" * 65_537, "", 413, "too_large"),
        (b"{}", "content_type: text/plain", 415, "not_json"),
        (b"{}", "content_encoding: gzip", 415, "not_json"),
        (b"", "", 400, "no_json"),
        (b"[" * 30_000, "", 400, "bad_body"),
        (b"\xff\xfe", "", 400, "no_json"),
        (b"{}", "", 400, "bad_body"),
        (b'{"why": "x", "extra": 1}', "", 400, "bad_body"),
        (b'{"why": 7}', "", 400, "bad_body"),
        (b'{"why": ""}', "", 422, "no_reason"),
        (msgspec.json.encode({"why": "x" * 501}), "", 422, "no_reason"),
        (b'{"why": "x", "for": "soon"}', "", 422, "bad_duration"),
    ],
)
async def test_bodies_that_are_oversized_malformed_or_make_no_sense_change_nothing(
    body: bytes, header: str, status: int, reason: str
) -> None:
    here = await line()
    before = len(await here.scene.said())
    name, _, value = (header or "x-nothing: x").partition(": ")
    said = await here.act("clusters/prod/pause", body, Role.APPROVE, "POST", **{name: value})
    assert (said.status, said.reason) == (status, reason)
    assert len(await here.scene.said()) == before


async def test_no_secret_is_in_any_answer() -> None:
    said = await (await line()).get("clusters/prod/nodes")
    assert not any(key.encode() in said.answer.body for key in KEYS.values())
