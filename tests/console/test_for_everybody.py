"""For whoever has a keyboard alone, a screen reader, a telephone or a wall of screens."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.api.callers import line
from tests.console.served import looking, serving
from tests.craft.repository import ROOT
from tests.scene import SET

pytestmark = pytest.mark.xdist_group("console")

AXE = (ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js").read_text()
NODE = f"{SET}_2"
PAGES = (
    "",
    "clusters/prod",
    f"clusters/prod/nodes/{NODE}",
    "clusters/prod/incidents",
    "clusters/prod/capacity",
    "clusters/prod/audit",
    "quarantine",
    "policy",
)


async def shown(page: Page, address: str) -> None:
    await page.goto(address)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_text("Reading")).to_have_count(0)


async def faults(page: Page) -> list[str]:
    """What axe-core calls serious or worse."""
    session = await page.context.new_cdp_session(
        page
    )  # past the policy of the page, which forbids strange scripts
    await session.send("Page.setBypassCSP", {"enabled": True})
    told = await session.send(
        "Runtime.evaluate", {"expression": AXE + "; axe.run()", "awaitPromise": True, "returnByValue": True}
    )
    found = told["result"]["value"]["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_serious(theme: str) -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        for where in PAGES:
            await shown(page, f"{served.url}/api/console/#/{where}")
            assert await faults(page) == [], where
        await page.goto(f"{served.url}/api/console/#/clusters/prod")
        await page.get_by_role("button", name="Approve").click()
        await page.get_by_role("dialog").get_by_label("Why").fill("seen")
        await expect(page.get_by_text("This can't be undone:")).to_be_visible()
        assert await faults(page) == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 900), (3840, 2160)])
async def test_every_page_fits_into_every_width(width: int, height: int) -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served, width=width, height=height) as page:
        for where in PAGES:
            await shown(page, f"{served.url}/api/console/#/{where}")
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where


async def test_an_approval_takes_a_keyboard_and_no_more() -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        await page.goto(f"{served.url}/api/console/#/clusters/prod")
        await expect(page.get_by_role("button", name="Approve")).to_be_visible()
        for _ in range(40):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.textContent") == "Approve":
                break
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_label("Why")).to_be_focused()
        await page.keyboard.type("it is dead")
        await expect(dialog.get_by_role("button", name="Approve replace")).to_be_enabled()
        await page.keyboard.press("Enter")
        await expect(dialog.get_by_text("replace is approved for")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)


async def test_times_are_those_of_here_or_utc_and_that_is_kept() -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        await shown(page, f"{served.url}/api/console/#/clusters/prod/nodes/{NODE}")
        first = page.locator("main time").first
        assert not (await first.inner_text()).endswith("Z")
        await page.get_by_role("button", name="Times: local or UTC").click()
        assert (await page.locator("td time").first.inner_text()).endswith("Z")
        await page.reload()
        await expect(page.get_by_role("button", name="Times: local or UTC")).to_have_text("UTC")
