"""Names from Azure or Mesos may hold anything: they are text, cut, and never run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from playwright.async_api import expect

from shared.api.answers import Answer
from shared.api.api import Api
from shared.api.called import Request
from tests.api.callers import line
from tests.console.served import looking, serving

pytestmark = pytest.mark.xdist_group("console")

HOSTILE = {
    "markup": "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "turned round": "agent\u202egnp.exe\u2066\u200f",
    "long": "x" * 10_000,
    "signs": "\x1b[31m\x00\x9b" + "\u0301" * 50,
    "a link": "javascript:alert(3)//../../%2e%2e/#\"'`${alert(4)}",
}


class Renamed:
    """The API of a scene in which one word is another wherever it stands in an answer."""

    def __init__(self, api: Api, before: str, after: str) -> None:
        self._api, self._before, self._after = api, before, after

    async def answer(self, request: Request) -> Answer:
        told = await self._api.answer(request)
        body = msgspec.json.encode(self._renamed(msgspec.json.decode(told.body))) if told.body else told.body
        return msgspec.structs.replace(told, body=body)

    def _renamed(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {self._renamed(key): self._renamed(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._renamed(one) for one in value]
        return value.replace(self._before, self._after) if isinstance(value, str) else value


@pytest.mark.parametrize("name", HOSTILE.values(), ids=list(HOSTILE))
async def test_they_are_shown_as_text_and_never_run(name: str) -> None:
    here = await line(mode="propose")
    renamed = Renamed(here.api, "dcos-agent-private", name)
    async with serving(renamed) as served, looking(served, width=360, height=740) as page:
        await page.goto(f"{served.url}/api/console/#/clusters/prod")
        await expect(page.get_by_text("replace waits for approval")).to_be_visible()
        await page.get_by_role("button", name="As a list").click()
        await expect(page.get_by_role("region", name="Nodes").get_by_role("link").first).to_be_visible()
        await page.get_by_role("link", name="Audit").click()
        await expect(page.get_by_role("region", name="Entries of the audit")).to_be_visible()
        shown = await page.evaluate("document.body.innerText")
        assert not {"\u202e", "\u2066", "\x1b", "\x9b", "\x00"} & set(shown)
        assert max(map(len, shown.splitlines())) < 1_500
        assert await page.evaluate("document.images.length") == 0
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it does not fit"
