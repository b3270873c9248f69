"""Everything that the table of routes can tell is told, and nothing else."""

from __future__ import annotations

import json

import pytest

from shared.api.actions import ACTIONS
from shared.api.reads import READS
from shared.api.routes import ROUTES
from shared.desk.office import Actions, Reads
from shared.model.roles import Role
from tests.api.callers import KEYS, Line, line
from tests.scene import SET

NODE = f"{SET}_2"


async def names(here: Line) -> dict[str, str]:
    """Things that are there, by the names that paths have for them."""
    node = (await here.get("clusters/prod/nodes")).data["items"][0]["name"]
    incident = (await here.get("clusters/prod/incidents")).data["items"]
    operation = (await here.get("clusters/prod/operations", state="closed")).data["items"]
    return {
        "cluster": "prod",
        "pool": "private",
        "node": node,
        "incident": incident[0]["incident"]["id"] if incident else "",
        "operation": operation[0]["id"] if operation else "",
        "row": "",
    }


def test_every_word_of_the_office_has_a_route_and_every_route_is_a_word_of_the_office() -> None:
    def words(protocol: type) -> set[str]:
        return {name for name in vars(protocol) if not name.startswith("_")}

    told = {route.name for route in READS} - {"me", "explain_node", "explain_incident"} | {"explain"}
    assert told == words(Reads)
    assert {route.name for route in ACTIONS} == words(Actions)


@pytest.mark.parametrize("mode", ["propose", "enforce"])
async def test_each_route_answers_about_what_is_there(mode: str) -> None:
    here = await line(mode=mode)
    known = await names(here)
    asked = [route for route in READS if all(known[name] for name in route_names(route.path))]
    assert len(asked) >= len(READS) - 3
    for route in asked:
        said = await here.get(route.path.format(**known))
        assert (said.status, route.path) == (200, route.path), said.data
        assert "token" not in json.dumps(said.data)


def route_names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


@pytest.mark.parametrize("role", list(Role))
async def test_callers_are_told_who_they_are_and_what_they_may_do(role: Role) -> None:
    here = await line()
    assert (await here.get("me", {"x-api-key": KEYS[role]})).data == {"name": f"key {role}er", "role": role}


async def test_an_incident_is_told_with_what_happens_next_and_what_it_waits_for() -> None:
    here = await line(mode="propose")
    (one,) = (await here.get("clusters/prod/incidents")).data["items"]
    assert (one["incident"]["node"], one["awaits"]) == (NODE, "replace")
    told = (await here.get(f"clusters/prod/incidents/{one['incident']['id']}")).data
    assert told["incident"] == one["incident"]


async def test_lists_come_in_pages_that_continue_where_the_last_one_ended() -> None:
    here = await line()
    seen: list[str] = []
    after = ""
    while True:
        page = (await here.get("clusters/prod/nodes", limit="2", after=after)).data
        assert len(page["items"]) <= 2
        seen += [one["name"] for one in page["items"]]
        after = page["next"]
        if not after:
            break
    whole = [one["name"] for one in (await here.get("clusters/prod/nodes")).data["items"]]
    assert seen == whole == sorted(set(whole))


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"limit": "0"}, "bad_filter"),
        ({"limit": "1001"}, "bad_filter"),
        ({"limit": "many"}, "bad_filter"),
        ({"after": "..."}, "bad_after"),
        ({"colour": "red"}, "bad_filter"),
    ],
)
async def test_filters_that_make_no_sense_are_problems(query: dict[str, str], reason: str) -> None:
    here = await line()
    said = await here.get("clusters/prod/nodes", None, **query)
    assert (said.status, said.reason) == (400 if reason == "bad_filter" else 422, reason)
    assert said.answer.kind == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("clusters/other", "no_such_cluster"),
        ("clusters/prod/pools/other", "no_such_pool"),
        ("clusters/prod/nodes/other", "no_such_node"),
        ("clusters/prod/incidents/other", "no_such_incident"),
        ("clusters/prod/operations/other", "no_such_operation"),
        ("quarantine/other", "no_such_row"),
        ("elsewhere", "no_such_path"),
        ("clusters/prod/nodes/a/b/c/d", "no_such_path"),
        ("", "no_such_path"),
    ],
)
async def test_what_is_not_there_is_a_404_with_its_reason(path: str, reason: str) -> None:
    said = await (await line()).get(path)
    assert (said.status, said.reason) == (404, reason)


async def test_another_method_is_answered_with_those_that_the_path_takes() -> None:
    here = await line()
    said = await here.act("clusters/prod", {}, method="DELETE")
    assert (said.status, said.reason, said.answer.headers["Allow"]) == (405, "other_method", "GET")


async def test_what_the_caller_has_already_is_not_sent_again() -> None:
    here = await line()
    first = await here.get("clusters/prod/nodes")
    again = await here.get("clusters/prod/nodes", headers={"if-none-match": first.etag})
    assert (again.status, again.answer.body, again.etag) == (304, b"", first.etag)
    here.scene.agent_dies(3)
    await here.scene.after(minutes=10)
    assert (await here.get("clusters/prod/nodes", headers={"if-none-match": first.etag})).status == 200


async def test_the_description_has_every_route_with_its_role_and_no_other() -> None:
    told = (await (await line()).get("openapi.json")).data
    listed = {
        (method.upper(), path.strip("/"), one["operationId"], one["description"])
        for path, methods in told["paths"].items()
        for method, one in methods.items()
    }
    assert listed == {(one.method, one.path, one.name, f"Needs the role {one.role.value}.") for one in ROUTES}
    assert told["openapi"] == "3.1.0"
    assert {one.role for one in READS} == {Role.VIEW}
