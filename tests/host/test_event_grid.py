"""Event Grid calls the webhook as it calls a Functions app in Azure."""

from __future__ import annotations

import asyncio
import io
import json
import time
from dataclasses import replace

from simulator.host import HostOptions, Keys
from tests.host.conftest import Start, an_event


async def test_every_event_of_a_delivery_is_one_invocation(start: Start) -> None:
    running = await start()
    answer = await running.event(an_event("a", n=1), an_event("b", n=2))
    assert answer.status == 202
    assert sorted((one["id"], one["data"]["n"]) for one in running.seen("hear")) == [("a", 1), ("b", 2)]
    assert {one["kind"] for one in running.seen("hear")} == {"EventGridEvent"}


async def test_events_of_a_delivery_run_in_parallel(start: Start) -> None:
    running = await start()
    began = time.perf_counter()
    await running.event(*(an_event(str(n), wait=0.5) for n in range(5)))
    assert time.perf_counter() - began < 2.0


async def test_a_single_object_is_taken_as_one_event(start: Start) -> None:
    running = await start()
    url = f"{running.host.url}/runtime/webhooks/eventgrid?functionName=hear"
    answer = await running.http.post(url, json=an_event("alone"), headers={"aeg-event-type": "Notification"})
    assert answer.status == 202
    assert [one["id"] for one in running.seen("hear")] == ["alone"]


async def test_one_failed_event_makes_the_delivery_fail_so_that_it_is_sent_again(start: Start) -> None:
    running = await start()
    answer = await running.event(an_event("good"), an_event("bad", fail=True))
    assert answer.status == 500
    assert len(running.seen("hear")) == 2


async def test_a_cloud_event_arrives_as_one(start: Start) -> None:
    running = await start()
    event = {"specversion": "1.0", "id": "c", "source": "/s", "type": "Test", "data": {}}
    url = f"{running.host.url}/runtime/webhooks/eventgrid?functionName=hear"
    await running.http.post(url, json=event, headers={"aeg-event-type": "Notification"})
    # The worker library gives a CloudEvent whatever the annotation says.
    assert [(one["kind"], one["id"]) for one in running.seen("hear")] == [("CloudEvent", "c")]


async def test_the_subscription_handshake_is_answered_with_its_code(start: Start) -> None:
    running = await start()
    url = f"{running.host.url}/runtime/webhooks/eventgrid?functionName=hear"
    body = [{"id": "1", "data": {"validationCode": "1234", "validationUrl": "https://example.test"}}]
    answer = await running.http.post(url, json=body, headers={"aeg-event-type": "SubscriptionValidation"})
    assert answer.status == 200
    assert await answer.json() == {"validationResponse": "1234"}
    assert running.seen("hear") == []


async def test_a_handshake_without_a_code_is_a_bad_request(start: Start) -> None:
    running = await start()
    url = f"{running.host.url}/runtime/webhooks/eventgrid?functionName=hear"
    answer = await running.http.post(url, json=[{}], headers={"aeg-event-type": "SubscriptionValidation"})
    assert answer.status == 400


async def test_the_cloud_events_handshake_allows_the_origin_that_asks(start: Start) -> None:
    running = await start()
    url = f"{running.host.url}/runtime/webhooks/eventgrid?functionName=hear"
    headers = {"WebHook-Request-Origin": "eventgrid.azure.net", "WebHook-Request-Rate": "120"}
    answer = await running.http.options(url, headers=headers)
    assert answer.status == 200
    assert answer.headers["WebHook-Allowed-Origin"] == "eventgrid.azure.net"
    assert answer.headers["WebHook-Allowed-Rate"] == "120"


async def test_an_unsubscription_is_accepted_and_runs_nothing(start: Start) -> None:
    running = await start()
    url = f"{running.host.url}/runtime/webhooks/eventgrid?functionName=hear"
    answer = await running.http.post(url, json=[], headers={"aeg-event-type": "Unsubscribe"})
    assert answer.status == 202
    assert running.outcomes == []


async def test_an_unknown_event_type_or_none_is_a_bad_request(start: Start) -> None:
    running = await start()
    url = f"{running.host.url}/runtime/webhooks/eventgrid?functionName=hear"
    told = await running.http.post(url, json=[], headers={"aeg-event-type": "Surprise"})
    silent = await running.http.post(url, json=[])
    assert (told.status, silent.status) == (400, 400)


async def test_a_body_that_is_not_json_is_a_bad_request(start: Start) -> None:
    running = await start()
    url = f"{running.host.url}/runtime/webhooks/eventgrid?functionName=hear"
    for body in (b"not json", b"[1, 2]", b'[{"id": "cut o'):
        answer = await running.http.post(url, data=body, headers={"aeg-event-type": "Notification"})
        assert answer.status == 400
    assert running.outcomes == []


async def test_a_delivery_over_one_megabyte_is_too_large(start: Start) -> None:
    running = await start()
    url = f"{running.host.url}/runtime/webhooks/eventgrid?functionName=hear"
    body = io.BytesIO(json.dumps([an_event("big", fill="x" * (1024 * 1024))]).encode())
    answer = await running.http.post(url, data=body, headers={"aeg-event-type": "Notification"})
    assert answer.status == 413
    assert running.outcomes == []


async def test_a_function_without_an_event_grid_trigger_is_not_found(start: Start) -> None:
    running = await start()
    answers = await asyncio.gather(
        *(running.event(an_event(), function=name) for name in ("nobody", "work", ""))
    )
    assert [answer.status for answer in answers] == [404, 404, 404]


async def test_the_system_key_and_the_master_key_open_the_webhook(start: Start, options: HostOptions) -> None:
    keys = Keys(master="mm", system={"eventgrid_extension": "ee"}, functions={"hear": "ff"})
    running = await start(replace(options, keys=keys))
    statuses = [(await running.event(an_event(), code=code)).status for code in ("ee", "mm", "ff", "")]
    assert statuses == [202, 202, 401, 401]
