"""A server that gives the answers of a script, one after the other, and remembers what it was asked.

Stands where Azure would, on a real socket, so that what is tested includes the SDK's pipeline and transport.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from msgspec import Struct, field

DATA = Path(__file__).parent.parent / "data" / "azure"


class Answer(Struct, frozen=True):
    """`body` is sent as JSON, bytes as they are. `cut`: the connection breaks instead. `late_s`: so much later."""

    status: int = 200
    body: Any = field(default_factory=dict[str, Any])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    cut: bool = False
    late_s: float = 0.0


CUT = Answer(cut=True)


class Asked(Struct, frozen=True):
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Script:
    """The last answer is given again and again. `{here}` in a header or a text of a body is the server's address."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[Asked] = []
        self.url = ""

    def will(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked.clear()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(
            Asked(request.method, str(request.url), dict(request.headers), await request.read())
        )
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.cut:
            assert request.transport is not None
            request.transport.abort()
            return web.Response(status=500)
        if answer.late_s:
            await asyncio.sleep(answer.late_s)
        raw = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        headers = {name: value.replace("{here}", self.url) for name, value in answer.headers.items()}
        headers.setdefault("Content-Type", "application/json; charset=utf-8")
        return web.Response(
            status=answer.status, body=raw.replace(b"{here}", self.url.encode()), headers=headers
        )


@asynccontextmanager
async def playing(script: Script) -> AsyncIterator[Script]:
    runner = web.ServerRunner(web.Server(script.handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        script.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield script
    finally:
        await runner.cleanup()


def recorded(name: str) -> Answer:
    """A file of the shape {"status", "headers", "body"}."""
    document = json.loads((DATA / name).read_text())
    headers = {key: ", ".join(values) for key, values in document["headers"].items()}
    return Answer(document["status"], document["body"], headers)


def exchanges(name: str) -> list[dict[str, Any]]:
    """The exchanges of a recording, each {"request", "response"}."""
    found: list[dict[str, Any]] = json.loads((DATA / name).read_text())
    return found


def refusal(status: int, code: str, message: str, **headers: str) -> Answer:
    """As ARM wraps it. Underscores in the names of headers stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"error": {"code": code, "message": message}}, named)


def documented(name: str) -> Any:
    """A file that is a body and nothing else."""
    return json.loads((DATA / name).read_text())
