"""The console and the API of a scene on loopback, and a real Chromium that looks at it.

The API is the app's own, over twins in memory; where a test gives a `status`, that is answered in its place, as a
broken app or a proxy in between would.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, async_playwright

from shared.api.answers import Answer
from shared.api.called import Request
from shared.console.files import read
from shared.console.serve import Console
from shared.model.roles import Role
from shared.settings import EntraAccess
from tests.api.callers import KEYS
from tests.peers import BROWSER

CHROMIUM = shutil.which(BROWSER) or ""
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--enable-precise-memory-info"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PATIENCE_MS = 15_000


class Answering(Protocol):
    """The API, or what stands before it."""

    async def answer(self, request: Request) -> Answer: ...


@dataclass
class Served:
    """`asked` are the requests to the API that came, `status` what is answered in its place: 0 for no answer at all."""

    api: Answering
    url: str = ""
    asked: list[str] = field(default_factory=list)
    status: int | None = None
    body: str = "oops"
    headers: dict[str, str] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        headers = {name.lower(): value for name, value in request.headers.items()}
        if request.path.startswith("/api/console"):
            told = Console(read(), EntraAccess()).answer(path, headers)
            return web.Response(
                status=told.status, body=told.body, headers={**told.all_headers, "Content-Type": told.kind}
            )
        self.asked.append(f"{request.method} {request.path_qs}")
        if self.status == 0:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if self.status is not None:
            return web.Response(status=self.status, text=self.body, headers=self.headers)
        sent = Request(request.method, path, dict(request.query), headers, await request.read())
        told = await self.api.answer(sent)
        return web.Response(
            status=told.status, body=told.body, headers={**told.all_headers, "Content-Type": told.kind}
        )


@asynccontextmanager
async def serving(api: Answering) -> AsyncIterator[Served]:
    served = Served(api)
    app = web.Application()
    app.router.add_route("*", "/api/{root:console|v1}/{path:.*}", served.answer)
    async with TestServer(app) as server:
        served.url = str(server.make_url("")).rstrip("/")
        yield served


@asynccontextmanager
async def looking(
    served: Served, role: Role = Role.APPROVE, width: int = 1280, height: int = 900
) -> AsyncIterator[Page]:
    """A page on which somebody of this role has signed in. What the browser itself complains of fails the test."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda told: complaints.append(told.text) if "Content Security" in told.text else None
        )
        page.on("dialog", lambda dialog: complaints.append(f"a dialog opened: {dialog.message}"))
        await page.goto(f"{served.url}/api/console/")
        await page.get_by_label("A key of the API").fill(KEYS[role])
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("heading", name="Fleet").wait_for()
        yield page
        await browser.close()
    assert complaints == []
