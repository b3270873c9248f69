"""The host as a whole: it starts, drains, stops cleanly, and does not go on when a part of it has died."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from simulator.host import (
    AppRejected,
    BackgroundStopped,
    HostError,
    HostOptions,
    InvocationIdFilter,
    LocalHost,
    OneAppPerProcess,
    Outcome,
    SettingsError,
    index_app,
)
from tests.host.conftest import APPS, Start, Storage, an_event, app_module, until


async def test_the_keys_of_local_settings_are_enforced(
    start: Start, options: HostOptions, tmp_path: Path
) -> None:
    path = tmp_path / "local.settings.json"
    path.write_text('{"Keys": {"system": {"eventgrid_extension": "ee"}}}')
    running = await start(replace(options, settings=path))
    assert [(await running.event(an_event(), code=code)).status for code in ("ee", "no")] == [202, 401]


async def test_every_function_is_described(start: Start) -> None:
    running = await start()
    lines = {line.split(maxsplit=1)[0]: line.split(maxsplit=1)[1] for line in running.host.describe()}
    assert lines["hear"] == "Event Grid webhook"
    assert lines["hello"] == "HTTP GET,POST /api/hello/{name} (anonymous)"
    assert lines["tick"] == "timer 0 0 0 1 1 *"
    assert lines["stream"] == "eventHubTrigger, not listened to"
    assert lines["morning"] == "disabled by its setting"
    assert lines["work"].startswith("queue t")


async def test_a_host_starts_in_well_under_a_second(options: HostOptions) -> None:
    async with LocalHost(options):
        pass  # the first start of the process also imports the app
    began = time.perf_counter()
    async with LocalHost(options):
        assert time.perf_counter() - began < 0.5


async def test_running_invocations_end_before_the_host_stops(options: HostOptions, storage: Storage) -> None:
    await storage.create("")
    await storage.send("", '{"wait": 0.5}')
    async with LocalHost(options) as host:
        app_module().SEEN.clear()
        await until(lambda: host.running)
    assert [one["function"] for one in app_module().SEEN] == ["work", "work-ended"]
    assert await storage.count("") == 0


async def test_an_open_request_is_answered_while_the_host_stops(options: HostOptions) -> None:
    async with aiohttp.ClientSession() as http:
        async with LocalHost(options) as host:
            url = f"{host.url}/runtime/webhooks/eventgrid?functionName=hear"
            headers = {"aeg-event-type": "Notification"}
            sent = asyncio.create_task(_status(http, url, headers))
            await until(lambda: host.running)
        assert await sent == 202


async def _status(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> int:
    async with http.post(url, json=an_event(wait=0.4), headers=headers) as answer:
        return answer.status


async def test_an_invocation_that_outlives_the_grace_is_cut_off_and_its_message_kept(
    options: HostOptions, storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    await storage.create("")
    await storage.send("", '{"wait": 30}')
    began = time.monotonic()
    async with LocalHost(replace(options, grace=timedelta(seconds=0.2))) as host:
        app_module().SEEN.clear()
        await until(lambda: host.running)
    assert time.monotonic() - began < 5
    assert "still running after 0.2 s, cut off: work" in caplog.text
    assert await storage.count("") == 1


async def test_nothing_is_left_behind(options: HostOptions, caplog: pytest.LogCaptureFixture) -> None:
    before = dict(os.environ)
    async with LocalHost(options) as host:
        await asyncio.sleep(0.2)
        assert host.running == 0
    await asyncio.sleep(0)
    gc.collect()
    assert dict(os.environ) == before
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert [one.message for one in caplog.records if one.levelno >= logging.WARNING] == []


async def test_a_dead_listener_stops_the_host_with_its_error(options: HostOptions) -> None:
    # Storage answers such a name with 400, now and for ever.
    bad_name = replace(options, values={**options.values, "WORK_QUEUE": "x"})
    with pytest.raises(BackgroundStopped, match=r"queue listener of (work|bury) ended unexpectedly") as told:
        async with LocalHost(bad_name) as host, asyncio.timeout(8):
            await host.wait()
    assert told.value.__cause__ is not None


async def test_a_dead_listener_is_told_even_if_nobody_waits_for_it(options: HostOptions) -> None:
    bad_name = replace(options, values={**options.values, "WORK_QUEUE": "x"})
    with pytest.raises(BackgroundStopped):
        async with LocalHost(bad_name):
            await asyncio.sleep(0.5)


async def test_a_stop_at_any_moment_leaves_no_message_out_of_reach(
    options: HostOptions, storage: Storage
) -> None:
    await storage.create("")
    for n in range(15):
        async with LocalHost(options):
            await storage.send("", f"m{n}")
            await asyncio.sleep(n * 0.002)
    # Whatever was not run can be seen soon: nothing waits out the ten minutes of a poll that was cut off.
    async with asyncio.timeout(3):
        while len(await storage.bodies("")) < await storage.count(""):  # noqa: ASYNC110 - a queue sets no event
            await asyncio.sleep(0.05)


async def test_an_observer_that_fails_stops_the_host(options: HostOptions) -> None:
    def observe(name: str, outcome: Outcome, seconds: float) -> None:
        raise LookupError(f"cannot take note of {name}")

    async def until_it_stops() -> None:
        async with (
            aiohttp.ClientSession() as http,
            LocalHost(replace(options, on_invocation=observe)) as host,
            asyncio.timeout(8),
        ):
            await http.post(f"{host.url}/admin/functions/work", json={"input": "x"})
            await host.wait()

    with pytest.raises(BackgroundStopped, match="invocation of work ended unexpectedly") as told:
        await until_it_stops()
    assert isinstance(told.value.__cause__, LookupError)


async def test_storage_that_is_away_fails_the_event_and_is_waited_for(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    # Port 1 of this machine: nobody listens there.
    away = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;QueueEndpoint=http://127.0.0.1:1/a;"
    running = await start(AzureWebJobsStorage=away)
    answer = await running.event(an_event(send="lost?"))
    assert answer.status == 500
    await running.until(lambda: "cannot be read now" in caplog.text)
    await asyncio.sleep(1)
    complaints = [one for one in caplog.records if "cannot be read now" in one.message]
    assert len(complaints) == len({one.message for one in complaints})


async def test_a_port_in_use_is_told_in_one_sentence(start: Start, options: HostOptions) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(HostError, match=f"Port {port} on 127.0.0.1 cannot be used"):
        await start(replace(options, port=port))
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("TICK", "every minute", "The schedule 'every minute'"),
        ("AzureWebJobsStorage", "", "AzureWebJobsStorage holds no storage connection string"),
        ("AzureWebJobsStorage", "nonsense", "AzureWebJobsStorage is not a storage connection string"),
    ],
)
async def test_a_setting_that_cannot_be_used_stops_the_start(
    start: Start, name: str, value: str, told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        await start(**{name: value})


async def test_a_disabled_function_needs_none_of_its_settings(start: Start, options: HostOptions) -> None:
    values = {name: value for name, value in options.values.items() if name != "SLOW_QUEUE"}
    off = {f"AzureWebJobs.{name}.Disabled": "true" for name in ("slow", "echo")}
    running = await start(replace(options, values=values | off))
    assert "slow  disabled by its setting" in [
        "  ".join(line.split(maxsplit=1)) for line in running.host.describe()
    ]


async def test_a_start_that_failed_does_not_hinder_the_next(start: Start) -> None:
    with pytest.raises(SettingsError):
        await start(TICK="never")
    running = await start()
    assert (await running.http.get(f"{running.host.url}/api/hello/again")).status == 203


async def test_a_second_host_in_the_same_process_is_refused(start: Start, options: HostOptions) -> None:
    await start()
    with pytest.raises(OneAppPerProcess, match="Start it in a process of its own"):
        await start(options)


async def test_another_app_can_follow_when_the_first_has_stopped(options: HostOptions, start: Start) -> None:
    async with LocalHost(options):
        pass
    async with (
        LocalHost(HostOptions(app=APPS / "one_function", port=0)) as host,
        aiohttp.ClientSession() as http,
    ):
        assert list(host.functions) == ["only"]
        async with http.get(f"{host.url}/api/only") as answer:
            assert await answer.text() == "only"
    running = await start()
    assert (await running.event(an_event("back"))).status == 202
    assert [one["id"] for one in running.seen("hear")] == ["back"]


async def test_a_refused_app_is_told_in_the_workers_words_and_hinders_nothing(start: Start) -> None:
    with pytest.raises(AppRejected, match="cannot load the stream function") as told:
        await index_app(APPS / "builtin_generic" / "function_app.py")
    assert "FunctionLoadError" in told.value.stack_trace
    running = await start()
    assert (await running.event(an_event())).status == 202


async def test_a_function_that_exceeds_the_function_timeout_has_failed(start: Start) -> None:
    running = await start(AzureFunctionsJobHost__functionTimeout="00:00:01")
    answer = await running.event(an_event(wait=5))
    assert answer.status == 500
    assert "ran longer than functionTimeout, 1 s" in (running.outcomes[0][1].error or "")


async def test_a_failure_is_logged_once_with_traceback_and_id(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    running = await start()
    await running.event(an_event(fail=True))
    told = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(told) == 1
    assert "hear failed after" in told[0].message
    assert caplog.text.count("Traceback (most recent call last)") == 1
    assert "this event was told to fail" in told[0].message


async def test_a_functions_own_log_carries_the_invocation_id(
    start: Start, storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    await storage.create("slow")
    caplog.set_level(logging.INFO)
    caplog.handler.addFilter(InvocationIdFilter())
    running = await start()
    app_module().RELEASE.set()
    await storage.send("slow", "s")
    await running.until(lambda: running.seen("slow-ended"))
    await running.until(lambda: running.outcomes)
    word = next(one for one in caplog.records if one.name == "sample")
    end = next(one for one in caplog.records if "slow succeeded" in one.message)
    assert word.invocation_id in end.message  # type: ignore[attr-defined]
    assert len(word.invocation_id) == 36  # type: ignore[attr-defined]
