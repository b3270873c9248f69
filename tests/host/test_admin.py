"""The admin endpoints: run a function by hand, list the functions, ask for the state."""

from __future__ import annotations

import json
from dataclasses import replace

from simulator.host import HostOptions, Keys
from tests.host.conftest import Running, Start, an_event


async def _run(running: Running, name: str, given: object = None, key: str = "") -> int:
    url = f"{running.host.url}/admin/functions/{name}"
    body = {} if given is None else {"input": given}
    headers = {"x-functions-key": key} if key else {}
    return (await running.http.post(url, json=body, headers=headers)).status


async def test_a_queue_function_gets_the_input_as_its_message(start: Start) -> None:
    running = await start()
    assert await _run(running, "work", "by hand") == 202
    await running.until(lambda: running.seen("work-ended"))
    assert running.seen("work")[0]["body"] == b"by hand"
    assert running.seen("work")[0]["tries"] == 1


async def test_an_event_grid_function_gets_the_input_as_one_event(start: Start) -> None:
    running = await start()
    assert await _run(running, "hear", json.dumps(an_event("by-hand"))) == 202
    await running.until(lambda: running.seen("hear"))
    assert running.seen("hear")[0]["id"] == "by-hand"


async def test_a_timer_runs_without_any_input(start: Start) -> None:
    running = await start()
    assert await _run(running, "tick") == 202
    await running.until(lambda: running.seen("tick"))


async def test_the_answer_does_not_wait_for_the_function(start: Start) -> None:
    running = await start()
    assert await _run(running, "work", '{"wait": 0.5}') == 202
    assert running.seen("work-ended") == []
    await running.until(lambda: running.seen("work-ended"))


async def test_what_cannot_be_run_by_hand_is_refused_with_the_reason(start: Start) -> None:
    running = await start()
    assert await _run(running, "nobody") == 404
    assert await _run(running, "hello", "x") == 400
    assert await _run(running, "hear", "not an event") == 400
    assert await _run(running, "hear", "[1]") == 400
    assert await _run(running, "work", {"not": "a text"}) == 400
    answer = await running.http.post(f"{running.host.url}/admin/functions/work", data=b"{")
    assert answer.status == 400


async def test_the_functions_are_listed_with_their_bindings(start: Start) -> None:
    running = await start()
    listed = await (await running.http.get(f"{running.host.url}/admin/functions")).json()
    by_name = {one["name"]: one for one in listed}
    assert by_name["work"]["config"]["bindings"][0]["type"] == "queueTrigger"
    assert by_name["work"]["isListenedTo"] is True
    assert by_name["stream"]["isListenedTo"] is False


async def test_the_state_is_running(start: Start) -> None:
    running = await start()
    state = await (await running.http.get(f"{running.host.url}/admin/host/status")).json()
    assert state["state"] == "Running"
    assert state["processUptime"] >= 0


async def test_the_master_key_alone_opens_the_admin_endpoints(start: Start, options: HostOptions) -> None:
    running = await start(replace(options, keys=Keys(master="mm", host="hh", functions={"work": "ww"})))
    assert [await _run(running, "work", "x", key) for key in ("mm", "hh", "ww", "")] == [202, 401, 401, 401]
    for path in ("admin/functions", "admin/host/status"):
        assert (await running.http.get(f"{running.host.url}/{path}")).status == 401
        assert (await running.http.get(f"{running.host.url}/{path}?code=mm")).status == 200


async def test_a_function_can_be_run_from_the_same_process_with_its_outcome(start: Start) -> None:
    running = await start()
    assert (await running.host.run_now("work", "fine")).ok
    failed = await running.host.run_now("work", '"fail"')
    assert "this message was told to fail" in (failed.error or "")
