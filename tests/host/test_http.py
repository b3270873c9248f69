"""HTTP functions: what the worker is given, what the caller gets back, who may call."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from simulator.host import HostOptions, Keys, SettingsError
from simulator.host.http_routes import route_of
from simulator.host.worker import Binding, IndexedFunction
from tests.host.conftest import Start, Storage

KEYS = Keys(master="mm", host="hh", functions={"item": "ii", "Special": "ss"})


async def test_the_function_gets_the_request_and_the_caller_its_response(start: Start) -> None:
    running = await start()
    url = f"{running.host.url}/api/hello/World?a=1&empty=&b=2&b=3"
    answer = await running.http.post(url, data=b"body", headers={"X-Probe": "yes"})
    assert answer.status == 203
    assert answer.headers["x-answer"] == "42"
    assert answer.headers["Set-Cookie"] == "crumb=1; Path=/"
    assert answer.content_type == "application/json"
    got = await answer.json()
    assert got["method"] == "POST"
    assert got["route"] == {"name": "World"}
    assert got["params"] == {"a": "1", "b": "2,3"}
    assert (got["header"], got["body"]) == ("yes", "body")
    assert got["url"] == url
    assert all(name == name.lower() for name in got["names"])


async def test_a_request_without_a_body_has_an_empty_one(start: Start) -> None:
    running = await start()
    answer = await running.http.get(f"{running.host.url}/api/hello/x")
    assert (await answer.json())["body"] == ""


async def test_paths_are_compared_without_regard_to_case(start: Start) -> None:
    running = await start()
    answer = await running.http.get(f"{running.host.url}/API/Hello/Case")
    assert (await answer.json())["route"] == {"name": "Case"}


async def test_a_method_that_is_not_listed_is_not_found(start: Start) -> None:
    running = await start()
    assert (await running.http.delete(f"{running.host.url}/api/hello/x")).status == 404


async def test_a_literal_segment_wins_over_a_parameter_and_kinds_are_checked(start: Start) -> None:
    running = await start()
    answers = [
        await running.http.get(f"{running.host.url}/api/items/{what}") for what in ("7", "special", "seven")
    ]
    assert [answer.status for answer in answers] == [200, 200, 404]
    assert [await answer.text() for answer in answers[:2]] == ["item 7", "special"]


async def test_a_catch_all_parameter_takes_the_rest_of_the_path_or_nothing(start: Start) -> None:
    running = await start()
    texts = []
    for path in ("files/a/b/c.txt", "files"):
        texts.append(await (await running.http.get(f"{running.host.url}/api/{path}")).text())
    assert texts == ["a/b/c.txt", "nothing"]


async def test_an_optional_parameter_may_be_left_out_and_a_large_answer_arrives_whole(start: Start) -> None:
    running = await start()
    for path, unit in (("2000000", "-"), ("2000000/mb", "mb")):
        answer = await running.http.get(f"{running.host.url}/api/large/{path}")
        assert len(await answer.read()) == 2_000_000
        assert answer.headers["x-unit"] == unit


async def test_a_function_knows_its_invocation_and_its_outputs_are_delivered(
    start: Start, storage: Storage
) -> None:
    running = await start()
    answer = await running.http.post(f"{running.host.url}/api/relay", data="from http")
    told = json.loads(await answer.text())
    assert told["name"] == "relay"
    assert told["trace"].split("-")[1] == told["id"].replace("-", "")
    assert await storage.bodies("out") == ["from http"]


@pytest.mark.parametrize("route", ["a/{b", "a/x{b}", "a/{b:date}", "{}"])
def test_a_route_that_is_not_known_stops_the_start_with_what_is_allowed(route: str) -> None:
    function = IndexedFunction("f", "id", Binding("httpTrigger", "req", {"route": route}))
    with pytest.raises(SettingsError, match=r"of f is not one that this host knows.*Allowed: \{name\}"):
        route_of(function, "api")


async def test_a_failed_function_is_an_empty_500(start: Start) -> None:
    running = await start()
    answer = await running.http.get(f"{running.host.url}/api/broken")
    assert (answer.status, await answer.text()) == (500, "")


async def test_the_route_prefix_of_host_json_may_be_changed_or_empty(start: Start) -> None:
    running = await start(AzureFunctionsJobHost__extensions__http__routePrefix="")
    assert (await running.http.get(f"{running.host.url}/items/1")).status == 200
    assert (await running.http.get(f"{running.host.url}/api/items/1")).status == 404


async def test_without_configured_keys_nothing_is_asked_for(start: Start) -> None:
    running = await start()
    assert (await running.http.get(f"{running.host.url}/api/files/x")).status == 200


async def test_function_level_takes_the_functions_key_the_host_key_or_the_master_key(
    start: Start, options: HostOptions
) -> None:
    running = await start(replace(options, keys=KEYS))
    url = f"{running.host.url}/api/items/1"
    statuses = [
        (await running.http.get(url, params={"code": key})).status for key in ("ii", "hh", "mm", "ss", "")
    ]
    assert statuses == [200, 200, 200, 401, 401]


async def test_admin_level_takes_the_master_key_alone(start: Start, options: HostOptions) -> None:
    running = await start(replace(options, keys=KEYS))
    url = f"{running.host.url}/api/files/x"
    statuses = [(await running.http.get(url, params={"code": key})).status for key in ("mm", "hh", "ii")]
    assert statuses == [200, 401, 401]


async def test_anonymous_level_takes_everybody(start: Start, options: HostOptions) -> None:
    running = await start(replace(options, keys=KEYS))
    assert (await running.http.get(f"{running.host.url}/api/hello/x")).status == 203


async def test_the_key_in_the_header_wins_over_the_one_in_the_query(
    start: Start, options: HostOptions
) -> None:
    running = await start(replace(options, keys=KEYS))
    url = f"{running.host.url}/api/items/1"
    good = await running.http.get(f"{url}?code=wrong", headers={"x-functions-key": "ii"})
    bad = await running.http.get(f"{url}?code=ii", headers={"x-functions-key": "wrong"})
    assert (good.status, bad.status) == (200, 401)


async def test_keys_do_not_show_in_the_options(options: HostOptions) -> None:
    shown = repr(replace(options, keys=Keys(master="very-secret", functions={"a": "also-secret"})))
    assert "secret" not in shown
    assert "AccountKey" not in shown
