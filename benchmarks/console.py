"""The console in a real Chromium, with a cluster of 10,000 nodes: how soon it shows something, how smooth it scrolls,
how much memory its tab takes after an hour, how often it asks.

How: the app's own API over a store in memory with 10,000 nodes and 200 open incidents, served on loopback; Debian's
Chromium, headless, without a graphics card. First paint: from opening the page of the cluster until its pools stand in
it, and until all nodes do. Scrolling: the list of nodes of the larger pool is moved by 90 pixels in each frame for five
seconds; told is the time of script, style and layout that a frame takes in the mean, and the share of frames that came
later than 34 ms. Memory: the page's clock is run through an hour, while one more node falls ill each half a minute;
told is the heap of its scripts, and all memory of its process that no other has.

Honest remarks: frames are drawn by the processor here, which has two cores for everything. The hour is the page's own,
in which its requests take longer than in an hour of the wall's, so that there are fewer of them; how often it asks was
counted before, by the wall's clock.
"""

from __future__ import annotations

import asyncio
import re
import time
from datetime import timedelta
from pathlib import Path

import msgspec
from playwright.async_api import Browser, CDPSession, Page, async_playwright

from benchmarks.api_rows import CLUSTER, NODES, NOW, Row, fallen_ill, nodes_and_incidents
from benchmarks.figures import Figure, Measured, Unit
from shared.api.api import Api
from shared.api.once import Once
from shared.api.turned_away import TurnedAway
from shared.api.who import Doorman
from shared.audit import AuditLog
from shared.auth.entra import EntraTokens
from shared.desk.over_storage import StorageOffice
from shared.memory.clock import SteppedClock
from shared.memory.queues import MemoryQueues
from shared.memory.store import MemoryStore
from shared.model.mark import NO_MARK
from shared.model.roles import Role
from shared.ports.store import Write
from tests.alerts.tenant import ACCESS, Published
from tests.api.callers import KEYS, known_keys
from tests.console.served import CHROMIUM, FLAGS, Served, serving

HOUR_S = 3600
STEP_MS = 30_000
ASKED_S = 30
PATIENCE_S = 60
SHOWN = """() => [...document.querySelectorAll('.field figcaption')]
  .flatMap(one => [...one.textContent.matchAll(/([\\d,]+) [a-z]+(?=,|$)/g)])
  .reduce((sum, found) => sum + Number(found[1].replace(',', '')), 0)"""
SCROLL = """async () => {
  const box = document.querySelector('.rows'), late = [];
  let last = performance.now(), end = last + 5000;
  while (last < end) {
    box.scrollTop += 90;
    const now = await new Promise(requestAnimationFrame);
    late.push(now - last); last = now;
  }
  return late;
}"""


async def _put(store: MemoryStore, row: Row) -> None:
    await store.write(row.table, row.partition, Write(row.key, msgspec.json.encode(row.value), "*"))


async def _api(store: MemoryStore) -> Api:
    clock = SteppedClock(NOW)
    for row in nodes_and_incidents():
        await _put(store, row)
    log = AuditLog(store)
    office = StorageOffice(store, MemoryQueues(clock), log, clock, frozenset(), NO_MARK)
    doorman = Doorman(clock, EntraTokens(Published("k1"), ACCESS), known_keys())
    return Api(office, doorman, Once(store), TurnedAway(log), clock)


async def _opened(page: Page, served: Served) -> tuple[float, float, float]:
    """Milliseconds until the page of the policy is there, until the pools are, and until all nodes are."""
    await page.goto(f"{served.url}/api/console/")
    await page.get_by_label("A key of the API").fill(KEYS[Role.VIEW])
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", name="Fleet").wait_for()
    await asyncio.sleep(5)
    begun = time.perf_counter()
    await page.goto(f"{served.url}/api/console/#/policy")
    await page.reload()
    await page.get_by_role("heading", name="Policy").wait_for()
    small = (time.perf_counter() - begun) * 1000
    await asyncio.sleep(5)
    begun = time.perf_counter()
    await page.goto(f"{served.url}/api/console/#/clusters/{CLUSTER}")
    await page.reload()
    await page.get_by_role("region", name="Pool private").wait_for()
    first = time.perf_counter()
    for _ in range(PATIENCE_S * 20):
        if await page.evaluate(SHOWN) >= NODES:
            break
        await asyncio.sleep(0.05)
    return small, (first - begun) * 1000, (time.perf_counter() - begun) * 1000


async def _scrolled(page: Page, session: CDPSession) -> tuple[float, float]:
    """Milliseconds of work in a frame, and the share of frames that came late."""
    await page.get_by_role("button", name="As a list").first.click()
    await page.locator(".rows").wait_for()
    await session.send("Performance.enable")
    before = await _spent(session)
    times: list[float] = await page.evaluate(SCROLL)
    work = (await _spent(session) - before) * 1000 / len(times)
    return work, sum(one > 34 for one in times) / len(times)


async def _spent(session: CDPSession) -> float:
    told = {one["name"]: one["value"] for one in (await session.send("Performance.getMetrics"))["metrics"]}
    return float(told["ScriptDuration"] + told["LayoutDuration"] + told["RecalcStyleDuration"])


async def _asks(served: Served) -> float:
    """Requests a minute, by the clock on the wall."""
    served.asked.clear()
    await asyncio.sleep(ASKED_S)
    return len(served.asked) * 60 / ASKED_S


async def _hour(page: Page, session: CDPSession, store: MemoryStore) -> float:
    """Megabytes of its heap."""
    for step in range(HOUR_S * 1000 // STEP_MS):
        await _put(store, fallen_ill(2 * step + 1))
        for _ in range(STEP_MS // 2500):
            await page.clock.run_for(2500)
            await asyncio.sleep(0.02)
    await session.send("HeapProfiler.collectGarbage")
    heap = await session.send("Runtime.getHeapUsage")
    return float(heap["usedSize"] + heap.get("backingStorageSize", 0)) / 1e6


async def _private(browser: Browser) -> float:
    """Megabytes of the largest renderer that it shares with no other process."""
    session = await browser.new_browser_cdp_session()
    told = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    files = [Path(f"/proc/{one['id']}/smaps_rollup") for one in told if one["type"] == "renderer"]
    sums = [sum(map(int, re.findall(r"^Private_\w+: +(\d+) kB", file.read_text(), re.M))) for file in files]
    return max(sums) / 1000


async def _measured() -> Measured:
    store = MemoryStore()
    async with serving(await _api(store)) as served, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1600, "height": 1000})
        small, first, whole = await _opened(page, served)
        session = await page.context.new_cdp_session(page)
        work, late = await _scrolled(page, session)
        asked = await _asks(served)
        await page.clock.install()
        await page.reload()
        await page.get_by_role("region", name="Pool private").wait_for()
        heap = await _hour(page, session, store)
        private = await _private(browser)
        await browser.close()
    return Measured(
        "console",
        "the page of the policy, opened in the same way",
        (
            Figure(
                f"the cluster's page shows its pools, {NODES} nodes", first, Unit.MILLISECONDS, 1000, small
            ),
            Figure("and all of its nodes", whole, Unit.MILLISECONDS, None, small),
            Figure("work in a frame while scrolling", work, Unit.MILLISECONDS, 16),
            Figure("frames later than 34 ms, of 100", late * 100, Unit.COUNT),
            Figure("heap of the tab after an hour", heap, Unit.MEGABYTES, 150),
            Figure("all memory of its process that is nobody else's", private, Unit.MEGABYTES, 150),
            Figure("requests a minute", asked, Unit.COUNT, 60),
        ),
    )


def measure() -> Measured:
    if not CHROMIUM:
        raise RuntimeError("Debian's chromium is not installed: sh tooling/setup peers")
    return asyncio.run(asyncio.wait_for(_measured(), timedelta(minutes=15).total_seconds()))
