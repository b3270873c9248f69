"""A cluster as it was at one moment, kept in a file."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import structs

from shared.errors import Poison
from shared.model.decisions import Verdict
from shared.model.operations import Operation
from shared.model.remedies import Remedy
from shared.model.workloads import App
from shared.policy.load import load
from shared.ports.store import Table
from shared.what_if.again import decide_again
from shared.what_if.saved import Saved, SavedPolicy, from_bytes, to_bytes
from shared.what_if.take import take
from tests.scene import Scene


async def saved_of(scene: Scene) -> Saved:
    policy = load(scene.policy, "policy.yaml")
    return await take(scene.outside, policy.clusters[0], SavedPolicy("policy.yaml", "abc", scene.policy))


async def test_it_comes_back_from_its_file_as_it_was_with_failures_and_rows() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=1)
    saved = await saved_of(scene)
    assert from_bytes(to_bytes(saved)) == saved
    assert {row.table for row in saved.rows} >= {
        Table.INVENTORY,
        Table.INCIDENTS,
        Table.OPERATIONS,
        Table.LEDGER,
    }


async def test_taking_it_writes_nothing() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    before = await scene.audit()
    await saved_of(scene)
    assert await scene.audit() == before
    assert await scene.open_incidents() == {}


async def test_what_was_decided_live_is_decided_again() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(seconds=75)
    (live,) = (await scene.open_incidents()).values()
    saved = await saved_of(scene)
    found = await decide_again(saved, load(saved.policy.text, "policy.yaml").clusters[0])
    (decision,) = found.decisions
    assert live.decision is not None
    assert (decision.node, decision.verdict, decision.until) == (live.node, Verdict.WAIT, live.decision.until)
    assert (found.nodes, found.not_well) == (6, 1)


async def test_the_same_snapshot_is_decided_on_alike_each_time() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    for number in (1, 2, 3):
        await scene.hears(scene.machine_is_deleted(number))
    raw, cluster = to_bytes(await saved_of(scene)), load(scene.policy, "policy.yaml").clusters[0]
    first, second = [msgspec.json.encode(await decide_again(from_bytes(raw), cluster)) for _ in range(2)]
    assert first == second


async def test_what_enforcing_would_do_is_told_and_nothing_is_begun() -> None:
    scene = Scene(agents=6, mode="observe")
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=5)
    saved, before = await saved_of(scene), await scene.audit()
    observed = await decide_again(saved, load(scene.policy, "policy.yaml").clusters[0])
    enforcing = scene.policy.replace("mode: observe", "mode: enforce")
    enforced = await decide_again(saved, load(enforcing, "other.yaml").clusters[0])
    assert [one.verdict for one in observed.decisions] == [Verdict.HOLD]
    assert [(one.verdict, one.remedy) for one in enforced.decisions] == [(Verdict.ACT, Remedy.REPLACE)]
    assert await scene.running() == []
    assert await scene.audit() == before


async def test_a_pool_is_known_by_its_scale_set_under_another_name() -> None:
    scene = Scene(agents=6, mode="observe")
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=5)
    saved = await saved_of(scene)
    renamed = load(scene.policy.replace("private:\n", "workers:\n"), "policy.yaml").clusters[0]
    found = await decide_again(saved, renamed)
    assert [(one.node, one.pool) for one in found.decisions] == [(scene.name(2), "workers")]


async def test_of_a_scale_set_that_was_not_asked_nothing_is_decided() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    saved = await saved_of(scene)
    other = load(scene.policy.replace("scale_set: ", "scale_set: other-"), "policy.yaml").clusters[0]
    found = await decide_again(saved, other)
    assert [one for one in found.decisions if one.verdict is Verdict.ACT] == []


async def test_the_token_of_a_running_operation_is_not_kept() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=1)
    (kept,) = (await scene.reader.running_operations("prod")).values()
    told = structs.replace(kept.value, token="a-request-of-ours")
    await scene.reader.operations.put("prod", f"running|{told.id}", told, kept.etag)
    saved = await saved_of(scene)
    assert b"a-request-of-ours" not in to_bytes(saved)
    (row,) = (row for row in saved.rows if row.table is Table.OPERATIONS)
    assert msgspec.json.decode(row.body, type=Operation) == structs.replace(told, token=None)


async def test_labels_that_nothing_is_decided_by_are_not_kept() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    labels = {"DCOS_PACKAGE_NAME": "web", "DCOS_PACKAGE_OPTIONS": "eyJwYXNzd29yZCI6"}
    scene.works.add(App(id="/web", wanted=1, running=1, healthy=1, labels=labels))
    raw = to_bytes(await saved_of(scene))
    assert b"DCOS_PACKAGE_NAME" in raw
    assert b"eyJwYXNzd29yZCI6" not in raw


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"format": 1}', b"\xff", b"[" * 10_000])
def test_another_file_is_no_snapshot(raw: bytes) -> None:
    with pytest.raises(Poison, match="not a saved snapshot"):
        from_bytes(raw)


def test_a_later_format_is_told_as_one() -> None:
    with pytest.raises(Poison, match="format 2"):
        from_bytes(b'{"format": 2, "cluster": "prod"}')
