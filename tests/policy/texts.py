"""Policy texts for tests: a good one, and the same with one thing changed."""

from __future__ import annotations

import textwrap

from shared.policy.load import Fault, PolicyError, load
from shared.policy.schema import ClusterPolicy, Policy, PoolPolicy

SUBSCRIPTION = "00000000-0000-0000-0000-00000000000a"

GOOD = f"""\
version: 1
clusters:
  prod:
    subscription: {SUBSCRIPTION}
    resource_group: acs-prod
    dcos: {{masters: [172.16.0.5, 172.16.0.6, 172.16.0.7]}}
    pools:
      private:
        scale_set: private-vmss
        capacity: {{min: 3, max: 40}}
"""


def with_pool(lines: str) -> str:
    """`GOOD` with more lines in its pool; the first of them is line 11."""
    return GOOD + textwrap.indent(textwrap.dedent(lines), " " * 8)


def with_cluster(lines: str) -> str:
    """`GOOD` with more lines in its cluster, after the pools; the first of them is line 11."""
    return GOOD + textwrap.indent(textwrap.dedent(lines), " " * 4)


def changed(old: str, new: str) -> str:
    """`GOOD` with `old` replaced, which must be in it."""
    if old not in GOOD:
        raise ValueError(f"{old!r} is not in the good policy")
    return GOOD.replace(old, new)


def policy_of(text: str) -> Policy:
    return load(text, "policy.yaml")


def cluster_of(text: str) -> ClusterPolicy:
    (cluster,) = policy_of(text).clusters
    return cluster


def pool_of(text: str) -> PoolPolicy:
    (pool,) = cluster_of(text).pools
    return pool


def faults_of(text: str | bytes) -> tuple[Fault, ...]:
    """The faults of a text that must have some."""
    try:
        policy = load(text, "policy.yaml")
    except PolicyError as error:
        return error.faults
    raise AssertionError(f"no fault was found, but this was read: {policy}")


def fault_of(text: str | bytes) -> Fault:
    """The fault of a text that must have exactly one."""
    faults = faults_of(text)
    if len(faults) != 1:
        raise AssertionError("\n".join(str(fault) for fault in faults))
    return faults[0]
