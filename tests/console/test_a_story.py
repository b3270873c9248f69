"""Somebody at three in the morning: what is broken, why, what waits for me, and how do I stop it?"""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Page, expect

from shared.desk.asked import OfOverrides
from shared.model.roles import Role
from tests.api.callers import Line, line
from tests.console.served import looking, serving
from tests.desk.offices import office_of
from tests.scene import SET

pytestmark = pytest.mark.xdist_group("console")

NODE = f"{SET}_2"


async def to_the_cluster(page: Page) -> None:
    await page.get_by_role("link", name="prod", exact=True).click()
    await page.get_by_role("heading", name="prod propose").wait_for()


async def overrides(here: Line) -> list[tuple[str, str, str]]:
    found = (await office_of(here.scene).overrides("prod", OfOverrides(holds=True))).items
    return [(one.override.kind.value, one.override.subject, one.override.who) for one in found]


async def test_a_failed_agent_is_followed_from_the_fleet_to_why_and_its_replacement_approved() -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        await expect(page.get_by_text("Waits for a person")).to_be_visible()
        await expect(page.get_by_text("1 remedy for approval")).to_be_visible()
        await to_the_cluster(page)
        await expect(page.get_by_text("replace waits for approval")).to_be_visible()
        await page.get_by_role("link", name=NODE).click()
        await expect(page.get_by_role("heading", name=NODE)).to_be_visible()
        await expect(page.get_by_role("cell", name="approval_awaited", exact=True)).to_be_visible()
        await expect(page.get_by_role("row", name=re.compile("storm"))).to_contain_text("unwell=1")
        await page.go_back()
        await page.get_by_role("button", name="Approve").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_text("Say first: Why")).to_be_visible()
        await dialog.get_by_label("Why").fill("it is really dead")
        await expect(dialog.get_by_text("This can't be undone:")).to_be_visible()
        await expect(dialog).to_contain_text(NODE)
        assert await overrides(here) == []
        await dialog.get_by_role("button", name="Approve replace").click()
        await expect(dialog.get_by_text("replace is approved for")).to_be_visible()
        assert [one[0] for one in await overrides(here)] == ["approve"]
        await dialog.get_by_role("button", name="Close").click()
        await here.scene.after(seconds=2)
        await expect(page.get_by_text("What is being done")).to_be_visible()
        await here.scene.after(minutes=20)
        await expect(page.get_by_text("No incident is open")).to_be_visible()
        await page.get_by_role("link", name="Incidents").click()
        await page.get_by_role("row", name=re.compile(NODE)).get_by_role("link").click()
        await expect(page.get_by_text("Where the time went")).to_be_visible()
        for part in ("heard", "decided", "drained", "ordered", "booted", "joined", "back"):
            await expect(page.get_by_role("term").filter(has_text=re.compile(f"^{part}$"))).to_be_visible()


async def test_a_cluster_is_paused_and_resumed() -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        await to_the_cluster(page)
        await page.get_by_role("button", name="Pause the cluster").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Why").fill("the rack is being moved")
        await dialog.get_by_label("For how long").fill("soon")
        await expect(dialog.get_by_text("a time (for) is")).to_be_visible()
        await expect(dialog.get_by_role("button", name="Pause prod")).to_be_disabled()
        await dialog.get_by_label("For how long").fill("2h")
        await expect(dialog.get_by_text("6 machines:")).to_be_visible()
        await dialog.get_by_role("button", name="Pause prod").click()
        await dialog.get_by_role("button", name="Close").click()
        await expect(page.get_by_text("All of it is paused")).to_be_visible()
        assert await overrides(here) == [("pause", "", "key approveer")]
        await page.get_by_role("button", name="Resume").click()
        await dialog.get_by_label("Why").fill("it is moved")
        await dialog.get_by_role("button", name="Resume prod").click()
        await dialog.get_by_role("button", name="Close").click()
        await expect(page.get_by_text("All of it is paused")).to_be_hidden()
        assert await overrides(here) == []


async def test_a_size_that_moves_several_machines_asks_for_their_number() -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        await to_the_cluster(page)
        await page.get_by_role("button", name="Set its size").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Machines").fill("9")
        await dialog.get_by_label("Why").fill("a launch")
        await dialog.get_by_label("type their number").or_(dialog.get_by_label("Type their number")).fill("3")
        await dialog.get_by_role("button", name="Set the size of private").click()
        await expect(dialog.get_by_text("size target 9 holds")).to_be_visible()
        assert [one[0] for one in await overrides(here)] == ["size"]


async def test_a_node_is_replaced_when_its_name_is_typed() -> None:
    here = await line(mode="propose")
    node = f"{SET}_1"
    async with serving(here.api) as served, looking(served) as page:
        await page.goto(f"{served.url}/api/console/#/clusters/prod/nodes/{node}")
        await page.get_by_role("button", name="Replace this node").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Why").fill("its disk is slow")
        await dialog.get_by_label("Its whole name once more").fill(f"{SET}_3")
        await expect(dialog.get_by_text("name the node once more")).to_be_visible()
        await expect(dialog.get_by_role("button", name="Replace this node")).to_be_disabled()
        await dialog.get_by_label("Its whole name once more").fill(node)
        await dialog.get_by_role("button", name="Replace this node").click()
        await expect(dialog.get_by_text("is replaced as soon as all guards agree")).to_be_visible()


@pytest.mark.parametrize(("role", "buttons"), [(Role.VIEW, 0), (Role.OPERATE, 1), (Role.APPROVE, 1)])
async def test_what_a_role_may_not_do_is_not_offered(role: Role, buttons: int) -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served, role) as page:
        await to_the_cluster(page)
        await expect(page.get_by_text(f"key {role}er · {role}")).to_be_visible()
        await expect(page.get_by_text("replace waits for approval")).to_be_visible()
        assert await page.get_by_role("button", name="Pause the cluster").count() == buttons
        assert await page.get_by_role("button", name="Approve").count() == (role is Role.APPROVE)


async def test_what_changes_is_seen_within_three_seconds_without_a_reload() -> None:
    here = await line(agents=8, mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        await to_the_cluster(page)
        await expect(page.get_by_role("link", name=NODE)).to_be_visible()
        await page.evaluate("window.stays = true")
        here.scene.agent_dies(5)
        await here.scene.after(minutes=2)
        await expect(page.get_by_role("link", name=f"{SET}_5")).to_be_visible(timeout=3_200)
        assert await page.evaluate("window.stays")


async def test_an_open_page_asks_less_than_once_a_second() -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        for where in ("", "clusters/prod", f"clusters/prod/nodes/{NODE}"):
            await page.goto(f"{served.url}/api/console/#/{where}")
            await asyncio.sleep(2)
            served.asked.clear()
            await asyncio.sleep(8)
            assert 1 <= len(served.asked) <= 8, (where, served.asked)


async def test_masters_are_told_with_their_quorum_and_who_leads() -> None:
    here = await line(mode="propose")
    async with serving(here.api) as served, looking(served) as page:
        await to_the_cluster(page)
        masters = page.get_by_role("region", name="Masters")
        await expect(masters.get_by_text("3 in the policy, 2 are the quorum")).to_be_visible()
        await expect(masters.get_by_role("listitem")).to_have_count(3)
        await expect(masters.get_by_text("master-1:5050 leads")).to_be_visible()
