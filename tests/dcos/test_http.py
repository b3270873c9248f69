"""The HTTP of the network: what was certainly not sent, what may have been, and what is an answer."""

from __future__ import annotations

import asyncio
import gzip
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from shared.dcos.http import AiohttpHttp
from shared.ports.http import HttpAnswer, HttpCall


async def slow(_: web.Request) -> web.Response:
    await asyncio.sleep(5)
    return web.Response()


async def cut_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-length": "1000"})
    await response.prepare(request)
    await response.write(b"half")
    assert request.transport is not None
    request.transport.abort()
    return response


async def hang_up(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def echo(request: web.Request) -> web.Response:
    said = f"{request.method} {await request.text()} {request.headers.get('x-mark', '')}"
    return web.Response(text=said, status=409, headers={"X-Answer": "yes"})


async def packed(_: web.Request) -> web.Response:
    return web.Response(body=gzip.compress(b"a" * 100_000), headers={"content-encoding": "gzip"})


async def moved(_: web.Request) -> web.Response:
    return web.Response(status=307, headers={"location": "//10.0.0.6:5050/api/v1"})


@pytest.fixture
async def server() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/slow", slow)
    app.router.add_route("*", "/cut-off", cut_off)
    app.router.add_route("*", "/hang-up", hang_up)
    app.router.add_route("*", "/echo", echo)
    app.router.add_route("*", "/packed", packed)
    app.router.add_route("*", "/moved", moved)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        await web.SockSite(runner, listening).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[AiohttpHttp]:
    async with AiohttpHttp(body_limit=1 << 20) as made:
        yield made


async def get(http: AiohttpHttp, url: str, timeout_s: float = 2) -> HttpAnswer:
    return await http.send(HttpCall("GET", url, {}, None, timeout_s))


async def test_any_status_is_an_answer_with_lower_case_headers(server: str, http: AiohttpHttp) -> None:
    answer = await http.send(HttpCall("POST", f"{server}/echo", {"x-mark": "m"}, b"hello", 2))
    assert (answer.status, answer.body, answer.headers["x-answer"]) == (409, b"POST hello m", "yes")


async def test_a_redirect_is_an_answer_and_not_followed(server: str, http: AiohttpHttp) -> None:
    answer = await get(http, f"{server}/moved")
    assert (answer.status, answer.headers["location"]) == (307, "//10.0.0.6:5050/api/v1")


async def test_a_packed_body_is_unpacked(server: str, http: AiohttpHttp) -> None:
    assert (await get(http, f"{server}/packed")).body == b"a" * 100_000


async def test_a_body_beyond_the_limit_is_cut_off_also_when_it_is_packed_small(server: str) -> None:
    async with AiohttpHttp(body_limit=10_000) as http:
        with pytest.raises(TimeoutError, match="longer than 10000 bytes"):
            await get(http, f"{server}/packed")


async def test_no_answer_in_time_is_a_timeout(server: str, http: AiohttpHttp) -> None:
    begun = time.monotonic()
    with pytest.raises(TimeoutError, match=r"within 0\.2 s"):
        await get(http, f"{server}/slow", timeout_s=0.2)
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("path", ["/cut-off", "/hang-up"])
async def test_an_answer_that_breaks_off_may_have_been_carried_out(
    path: str, server: str, http: AiohttpHttp
) -> None:
    with pytest.raises(TimeoutError, match="got lost"):
        await get(http, f"{server}{path}")


async def test_a_refused_connection_sent_nothing(http: AiohttpHttp) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # bound and not listening: refuses
        with pytest.raises(ConnectionError, match="no connection to"):
            await get(http, f"http://127.0.0.1:{reserved.getsockname()[1]}/")


async def test_a_connection_that_hangs_sent_nothing() -> None:
    """A listener whose queue of connections is full drops new ones, as a switched-off machine does."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for one in (first, second):
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        async with AiohttpHttp(connect_timeout_s=0.3) as http:
            with pytest.raises(ConnectionError, match="no connection to"):
                await get(http, f"http://127.0.0.1:{full.getsockname()[1]}/", timeout_s=3)


async def test_it_can_be_closed_twice_and_used_again(server: str) -> None:
    http = AiohttpHttp()
    await http.close()
    assert (await get(http, f"{server}/moved")).status == 307
    await http.close()
    await http.close()


def test_importing_the_room_loads_no_aiohttp() -> None:
    """The cold start of the function app pays for what is imported."""
    code = "import sys, shared.dcos.mesos, shared.dcos.http; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
