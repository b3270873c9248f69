"""Two policies compared by what they do."""

from __future__ import annotations

import pytest

from shared.policy.differ import Changed, differ
from shared.policy.load import load

POLICY = """\
version: 1
defaults: {mode: observe}
clusters:
  prod:
    subscription: 00000000-0000-0000-0000-000000000000
    resource_group: acs-prod
    dcos: {masters: ["172.16.0.5"]}
    pools:
      private:
        scale_set: agents
        capacity: {min: 2, max: 10}
      public:
        scale_set: doors
        mode: enforce
        capacity: {min: 1, max: 3}
        disruption: {at_once: 2}
        repair: {approve: [replace]}
"""


def changed(old: str, new: str) -> list[Changed]:
    assert POLICY.count(old) == 1
    found = differ(load(POLICY, "a.yaml"), load(POLICY.replace(old, new), "b.yaml"))
    return list(found.changes)


def test_a_policy_is_not_different_from_itself() -> None:
    found = differ(load(POLICY, "a.yaml"), load(POLICY, "b.yaml"))
    assert (found.changes, found.enforced, found.left) == ((), (), ())


def test_what_is_only_written_otherwise_is_no_difference() -> None:
    assert changed("defaults: {mode: observe}", "# nothing but a remark\ndefaults: {mode: 'observe'}") == []
    assert changed("at_once: 2", "at_once: 2, per_hour: 6") == []


def test_a_changed_default_is_told_where_it_reaches() -> None:
    found = differ(load(POLICY, "a.yaml"), load(POLICY.replace("mode: observe", "mode: enforce"), "b.yaml"))
    assert found.enforced == ("prod/private",)
    told = {one.path: (one.before, one.after) for one in found.changes}
    assert told["clusters.prod.pools.private.mode"] == ("observe", "enforce")
    assert "clusters.prod.pools.public.mode" not in told


def test_a_pool_that_is_touched_no_more_is_told() -> None:
    found = differ(load(POLICY, "a.yaml"), load(POLICY.replace("mode: enforce", "mode: propose"), "b.yaml"))
    assert (found.enforced, found.left) == ((), ("prod/public",))
    assert not any(one.bolder for one in found.changes)


def test_a_pool_that_is_new_and_enforced_begins_to_be_touched() -> None:
    more = "      gpu: {scale_set: gpus, mode: enforce, capacity: {min: 1, max: 3}}\n"
    found = differ(load(POLICY, "a.yaml"), load(POLICY + more, "b.yaml"))
    assert found.enforced == ("prod/gpu",)
    first = found.changes[0]
    assert (first.path, first.before, first.after, first.bolder) == (
        "clusters.prod.pools.gpu.mode",
        "nothing",
        "enforce",
        True,
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("at_once: 2", "at_once: 3"),
        ("at_once: 2", "at_once: 90%"),
        ("at_once: 2", "at_once: 2, per_hour: 60"),
        ("min: 2, max: 10", "min: 2, max: 11"),
        ("min: 2, max: 10", "min: 1, max: 10"),
        ("approve: [replace]", "approve: [restart]"),
        ("approve: [replace]", "approve: [replace], confirm_after: 1s"),
        ("approve: [replace]", "approve: [replace], ladder: [reimage, restart_unit, restart, replace]"),
        ("mode: enforce", "mode: enforce\n        storm: {unhealthy: 100%}"),
    ],
)
def test_what_lets_the_app_do_more_is_bolder(old: str, new: str) -> None:
    assert any(one.bolder for one in changed(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("at_once: 2", "at_once: 1"),
        ("min: 2, max: 10", "min: 3, max: 9"),
        ("approve: [replace]", "approve: [replace, restart]"),
        ("approve: [replace]", "approve: [replace], confirm_after: 3m"),
        ("approve: [replace]", "approve: [replace], ladder: [replace]"),
        ("resource_group: acs-prod", "resource_group: acs-other"),
    ],
)
def test_what_does_not_is_told_and_is_not(old: str, new: str) -> None:
    found = changed(old, new)
    assert found
    assert not any(one.bolder for one in found)


def test_paths_are_those_of_the_file() -> None:
    (masters,) = changed('"172.16.0.5"', '"172.16.0.6"')
    assert masters.path == "clusters.prod.dcos.masters"
    (addresses,) = [
        one
        for one in changed(
            "resource_group: acs-prod", "resource_group: acs-prod\n    masters: {vms: 'master-*'}"
        )
        if one.path.endswith("vms")
    ]
    assert addresses.path == "clusters.prod.masters.vms"


def test_the_order_of_schedules_counts_because_the_last_one_does() -> None:
    one = '{name: day, cron: "0 8 * * *", zone: UTC, for: 2h, min: 3}'
    two = '{name: month, cron: "0 8 1 * *", zone: UTC, for: 2h, min: 2}'
    first, second = f"schedules: [{one}, {two}]", f"schedules: [{two}, {one}]"
    before = POLICY.replace("mode: enforce", f"mode: enforce\n        {first}")
    after = POLICY.replace("mode: enforce", f"mode: enforce\n        {second}")
    (change,) = differ(load(before, "a.yaml"), load(after, "b.yaml")).changes
    assert (change.before, change.after) == ("day, month", "month, day")
