"""The policy of a simulated cluster, as an operator would write it.

For the demo, and for measurements that need the whole app over a simulated cluster.
"""

from __future__ import annotations

from collections.abc import Iterable

from simulator.world.world import Cluster


def policy_text(
    cluster: Cluster,
    masters: Iterable[str],
    most: int,
    mode: str = "enforce",
    more: str = "",
    ladder: str = "replace",
) -> str:
    """YAML. `most` is the most agents of the one pool, which is called private; `more` goes behind the pool's own
    lines, indented as they are (8 spaces), or as the cluster's (4). `ladder` are remedies, mildest first."""
    pool = cluster.pools["private"]
    addresses = ", ".join(f'"{address}"' for address in masters)
    return (
        "version: 1\n"
        f"defaults: {{mode: {mode}, repair: {{ladder: [{ladder}]}}}}\n"
        "clusters:\n"
        f"  {cluster.name}:\n"
        f"    subscription: {pool.subscription}\n"
        f"    resource_group: {cluster.resource_group}\n"
        f"    dcos: {{masters: [{addresses}]}}\n"
        "    pools:\n"
        "      private:\n"
        f"        scale_set: {pool.name}\n"
        f"        capacity: {{min: 3, max: {most}}}\n"
        f"{more}"
    )
