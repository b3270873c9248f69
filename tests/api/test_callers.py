"""Who is let in, in which role, and what is written of those who are not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.api.actions import ACTIONS
from shared.api.reads import READS
from shared.api.route import Route
from shared.api.routes import ROUTES
from shared.audit import AuditLog
from shared.model.audit import NOBODYS
from shared.model.roles import Role
from tests.alerts.tenant import claims, token
from tests.api.callers import KEYS, Line, Said, line
from tests.scene import Scene

NAMES = {"cluster": "prod", "pool": "private", "node": "n", "incident": "i", "operation": "o", "row": "r"}


async def fresh() -> Line:
    return Line(Scene(agents=3))


async def by_token(here: Line, **changes: object) -> Said:
    content = claims(here.scene.clock.now(), **changes)
    return await here.send("GET", "clusters", {"authorization": f"Bearer {token(content)}"}, {})


async def turned_away(here: Line) -> list[str]:
    entries = await AuditLog(here.scene.store).read(NOBODYS, here.scene.clock.now())
    return [one.record.text for one in entries if one.record.subject == "api"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_every_route_without_credentials_is_a_401_and_a_line_in_the_audit(route: Route) -> None:
    here = await fresh()
    path, method = route.path.format(**NAMES), route.method
    said = await here.send(method, path, {}, {})
    assert (said.status, said.reason) == (401, "not_known")
    assert said.answer.headers["WWW-Authenticate"] == "Bearer"
    assert await turned_away(here) == [f"somebody was not let in (no_credentials): {method} {path}"]


@pytest.mark.parametrize("route", ACTIONS, ids=lambda route: route.name)
async def test_every_action_in_a_lesser_role_is_a_403_and_a_line_in_the_audit(route: Route) -> None:
    here = await fresh()
    path, method, needs = route.path.format(**NAMES), route.method, route.role
    for role in [one for one in Role if not one.may(needs)]:
        said = await here.act(path, {"why": "x"}, role, method)
        assert (said.status, said.reason) == (403, "role_missing")
        assert said.data["numbers"] == {"has": role, "needs": needs}
    assert f"key viewer was not let in (role_missing): {method} {path}" in await turned_away(here)


def test_who_may_approve_may_operate_and_who_may_operate_may_see() -> None:
    assert [role for role in Role if Role.OPERATE.may(role)] == [Role.VIEW, Role.OPERATE]
    assert all(Role.APPROVE.may(role) for role in Role)
    assert {one.role for one in READS} == {Role.VIEW}


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        (["Poolkeeper.View"], 200),
        (["Poolkeeper.Approve", "Other"], 200),
        ([], 401),
        (["poolkeeper.view"], 401),
        (["ActionGroupsSecureWebhook"], 401),
        ("Poolkeeper.View", 401),
        (None, 401),
    ],
)
async def test_a_token_lets_in_by_its_app_roles(roles: object, status: int) -> None:
    assert (await by_token(await with_policy(), roles=roles)).status == status


async def with_policy() -> Line:
    return await line(agents=3)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "api://another"},
        {"iss": "https://sts.windows.net/another/"},
        {"exp": 1},
        {"nbf": 4_000_000_000},
        {"appid": None},
        {"upn": "two\nlines"},
        {"upn": "x" * 121},
    ],
)
async def test_a_token_that_is_not_for_us_or_names_nobody_lets_nobody_in(changes: dict[str, object]) -> None:
    here = await with_policy()
    assert (await by_token(here, roles=["Poolkeeper.View"], **changes)).status == 401


async def test_a_token_of_another_key_lets_nobody_in_and_keys_that_cannot_be_had_are_a_503() -> None:
    here = await with_policy()
    content = claims(here.scene.clock.now(), roles=["Poolkeeper.View"])
    forged = {"authorization": f"Bearer {token(content, 'k2', 'k1')}"}
    assert (await here.send("GET", "clusters", forged, {})).status == 401
    other = Line(here.scene)
    other.tenant.answer = OSError("no network")
    said = await by_token(other, roles=["Poolkeeper.View"])
    assert (said.status, said.reason) == (503, "not_checked")


async def test_who_it_was_is_in_the_audit_by_the_name_in_the_token() -> None:
    here = await with_policy()
    content = claims(
        here.scene.clock.now(), roles=["Poolkeeper.Operate"], preferred_username="ann@example.com"
    )
    sent = {"authorization": f"Bearer {token(content)}", "content-type": "application/json"}
    said = await here.send("POST", "clusters/prod/pause", sent, {}, b'{"why": "works"}')
    assert said.status == 200, said.data
    assert any("ann@example.com says pause" in text for text in await here.scene.said())


@pytest.mark.parametrize(
    "key", ["", "wrong", KEYS[Role.VIEW] + "x", KEYS[Role.VIEW][:-1], "x" * 100_000, "\ud800"]
)
async def test_a_wrong_key_lets_nobody_in(key: str) -> None:
    said = await (await fresh()).send("GET", "clusters", {"x-api-key": key}, {})
    assert said.status == 401


async def test_a_key_beside_a_token_lets_nobody_in() -> None:
    here = await with_policy()
    content = claims(here.scene.clock.now(), roles=["Poolkeeper.View"])
    both = {"authorization": f"Bearer {token(content)}", "x-api-key": KEYS[Role.VIEW]}
    assert (await here.send("GET", "clusters", both, {})).status == 401


async def test_a_flood_of_strangers_does_not_fill_the_audit_and_the_next_line_counts_them() -> None:
    here = await fresh()
    for number in range(500):
        await here.send("GET", f"clusters/{number}", {"x-forwarded-for": f"10.0.0.{number % 50}"}, {})
    assert len(await turned_away(here)) == 20
    here.scene.clock.advance(timedelta(seconds=61))
    await here.send("GET", "clusters", {}, {})
    assert (await turned_away(here))[-1].endswith("; 480 more were turned away before that")


async def test_what_a_stranger_sent_is_one_line_of_plain_text_in_the_audit() -> None:
    here = await fresh()
    await here.send("GET", "a\nb\x1b[31m\u202e" + "c" * 500, {"x-forwarded-for": "1\r\n2"}, {})
    (told,) = await turned_away(here)
    assert told.isprintable()
    assert len(told) < 250
