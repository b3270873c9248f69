"""The app answers badly, or not at all: the page says so, keeps what it has, and recovers by itself."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.api.callers import line
from tests.console.served import looking, serving

pytestmark = pytest.mark.xdist_group("console")


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (0, "", "No answer for"),
        (500, "oops", "The app answers 500"),
        (503, '{"type":"/problems/not_checked","detail":"Come again."}', "Come again."),
        (429, "{}", "The app asks for fewer requests"),
        (
            403,
            '{"type":"/problems/role_missing","detail":"ann has the role view."}',
            "ann has the role view.",
        ),
        (200, "<html>a proxy's page</html>", "answers what this page does not understand"),
        (200, '{"items": 7}', "answers what this page does not understand"),
        (200, '{"items": [{"name": null, "pools": 3}]}', "this page does not understand"),
    ],
)
async def test_the_page_says_so_and_recovers(status: int, body: str, told: str) -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        await expect(page.get_by_text("Waits for a person")).to_be_visible()
        served.status, served.body = status, body
        await expect(page.get_by_text(told).first).to_be_visible()
        served.status = None
        try_again = page.get_by_role("button", name="Try again")
        if await try_again.is_visible():
            await try_again.click()
        await expect(page.get_by_text(told)).to_be_hidden(timeout=12_000)
        await expect(page.get_by_text("Waits for a person")).to_be_visible()


async def test_a_page_that_was_opened_while_the_app_is_away_shows_itself_later() -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        served.status = 0
        await page.goto(f"{served.url}/api/console/#/clusters/prod/incidents")
        await expect(page.get_by_text("cannot be shown.").first).to_be_visible()
        served.status = None
        await expect(page.get_by_text("replace waits for approval")).to_be_visible(timeout=12_000)


async def test_who_is_not_known_any_more_signs_in_again() -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        served.status, served.body = 401, "{}"
        await expect(page.get_by_label("A key of the API")).to_be_visible()
        assert await page.evaluate("sessionStorage.length") == 0
        served.status = None
        await page.get_by_label("A key of the API").fill("a guess")
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_text("Nobody knows this key.")).to_be_visible()


@pytest.mark.parametrize("status", [409, 500, 0])
async def test_what_could_not_be_said_is_told_and_can_be_said_again(status: int) -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        await page.get_by_role("link", name="prod", exact=True).click()
        await page.get_by_role("button", name="Pause the cluster").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Why").fill("the rack")
        await expect(dialog.get_by_role("button", name="Pause prod")).to_be_enabled()
        served.status, served.body = status, '{"type":"/problems/x","detail":"Somebody was quicker."}'
        await dialog.get_by_role("button", name="Pause prod").click()
        told = "does not answer" if status == 0 else "Somebody was quicker."
        await expect(dialog.get_by_text(told)).to_be_visible()
        await expect(dialog.get_by_text("Said again, it is done once.")).to_have_count(int(status != 409))
        served.status = None
        await dialog.get_by_role("button", name="Pause prod").click()
        await expect(dialog.get_by_text("is paused until")).to_be_visible()


async def test_there_is_no_such_page_or_cluster() -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        await page.goto(f"{served.url}/api/console/#/nowhere/%zz")
        await expect(page.get_by_text("There is no such page.")).to_be_visible()
        await page.goto(f"{served.url}/api/console/#/clusters/nobody")
        await expect(page.get_by_text("has no cluster 'nobody'")).to_be_visible()
