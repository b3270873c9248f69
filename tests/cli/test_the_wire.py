"""Credentials go to the app alone, and what is asked goes out as it is meant."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from cli.over_http import Silent
from cli.trouble import Trouble
from cli.wire import opened_wire, root_of


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("https://app.azurewebsites.net", "https://app.azurewebsites.net/api/v1"),
        ("https://app.azurewebsites.net/api/v1/", "https://app.azurewebsites.net/api/v1"),
        ("http://127.0.0.1:7071", "http://127.0.0.1:7071/api/v1"),
    ],
)
def test_the_root_is_found_by_the_address_of_the_app(address: str, root: str) -> None:
    assert root_of(address) == root


@pytest.mark.parametrize("address", ["http://app", "app", "ftp://app", "https://ann:x@app", "https://["])
def test_credentials_go_nowhere_else(address: str) -> None:
    with pytest.raises(Trouble, match=r"[Nn]othing was asked"):
        root_of(address)


async def test_the_wire_sends_the_key_and_quoted_names_and_follows_no_redirection() -> None:
    heard: list[tuple[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append((request.raw_path, request.headers["x-api-key"]))
        return web.Response(status=302, headers={"location": "/elsewhere"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        async with opened_wire(str(server.make_url("/")), {"POOLKEEPER_MY_KEY": "a-key"}) as wire:
            got = await wire.send("GET", "clusters/a%2Fb%20c", {"text": "x y"}, {}, b"")
        address = str(server.make_url("/"))
    assert (got.status, heard) == (302, [("/api/v1/clusters/a%2Fb%20c?text=x+y", "a-key")])
    async with opened_wire(address, {"POOLKEEPER_MY_KEY": "a-key"}) as wire:
        with pytest.raises(Silent, match="no connection to 127") as silent:
            await wire.send("GET", "me", {}, {}, b"")
    assert silent.value.is_unsent


async def test_nobody_is_asked_without_credentials() -> None:
    with pytest.raises(Trouble, match="POOLKEEPER_MY_KEY"):
        async with opened_wire("https://app", {}):
            pass
