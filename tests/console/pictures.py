"""The pictures of docs/console, of a cluster in which an agent has died and a remedy waits.

python -m tests.console.pictures docs/console
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Page, expect

from tests.api.callers import line
from tests.console.served import looking, serving
from tests.scene import SET

NODE = f"{SET}_2"
TOUR = (
    ("fleet", "", "light"),
    ("cluster", "clusters/prod", "light"),
    ("why", f"clusters/prod/nodes/{NODE}", "dark"),
    ("audit", "clusters/prod/audit", "light"),
)


async def take(directory: Path) -> None:
    here = await line(agents=40, mode="propose")
    async with serving(here.api) as served, looking(served, width=1180, height=760) as page:
        await page.clock.set_fixed_time(here.scene.clock.now())
        for name, where, scheme in TOUR:
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await page.goto(f"{served.url}/api/console/#/{where}")
            await _kept(page, directory / f"{name}.png")
        await page.emulate_media(color_scheme="light")
        await page.goto(f"{served.url}/api/console/#/clusters/prod")
        await page.get_by_role("button", name="Approve").click()
        await (
            page.get_by_role("dialog").get_by_label("Why").fill("it is really dead, seen from the jump host")
        )
        await expect(page.get_by_text("This can't be undone:")).to_be_visible()
        await _kept(page, directory / "approve.png")


async def _kept(page: Page, target: Path) -> None:
    await expect(page.get_by_text("Reading")).to_have_count(0)
    await asyncio.sleep(1.5)
    await page.screenshot(path=target)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1])))
