"""Valid but unwise: what a policy allows and an operator will regret.

Each rule stands for a way in which automation like this one has hurt people, and names the published incident or
issue where there is one. Advice changes nothing: the policy is obeyed as it is written. Rules look at the resolved
policy, so a value counts the same whether it was written in the pool, the cluster or the defaults; no rule fires on
the defaults themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from shared.policy.advice import Advice, Foreseen, Inside, Rule
from shared.policy.lint_offers import OFFER_RULES
from shared.policy.lint_rebalance import REBALANCE_RULES
from shared.policy.lint_sizes import SIZE_RULES, YEAR_RULES
from shared.policy.scaling import Thin, Waiting
from shared.policy.schema import ClusterPolicy, Disruption, Mode, Policy
from shared.policy.values import duration_text

SHORTEST_HOLD_OFF = timedelta(minutes=10)
SHORTEST_JOIN = timedelta(minutes=5)
SHORTEST_HOLD = timedelta(minutes=5)
ONE_PING = timedelta(seconds=15)


def lint(policy: Policy, years: Sequence[Foreseen] = ()) -> tuple[Advice, ...]:
    """All advice: of clusters against each other first, then in the order of clusters, pools and rules. `years` is what
    the schedules of pools come to in the next year (`shared/decide/foresee.py`); without it that is not looked at."""
    return (*_shared_masters(policy), *_of_clusters(policy, years))


def _of_clusters(policy: Policy, years: Sequence[Foreseen]) -> Iterator[Advice]:
    foreseen = {(one.cluster, one.pool.name): one for one in years}
    for cluster in policy.clusters:
        path = f"clusters.{cluster.name}"
        yield from _found(CLUSTER_RULES, cluster, path)
        for pool in cluster.pools:
            place = f"{path}.pools.{pool.name}"
            rules = (*POOL_RULES, *SIZE_RULES, *REBALANCE_RULES, *OFFER_RULES)
            yield from _found(rules, Inside(cluster, pool), place)
            year = foreseen.get((cluster.name, pool.name))
            if year is not None:
                yield from _found(YEAR_RULES, year, place)


def _found[T](rules: Sequence[Rule[T]], subject: T, path: str) -> Iterator[Advice]:
    for rule in rules:
        text = rule.check(subject)
        if text is not None:
            yield Advice(rule.code, f"{path}.{rule.field}", text, rule.incident)


SHARED_MASTERS = "shared-masters"


def _shared_masters(policy: Policy) -> Iterator[Advice]:
    """The one rule that looks at several clusters."""
    owner: dict[str, str] = {}
    for cluster in policy.clusters:
        for master in cluster.masters:
            whole = master if ":" in master else f"{master}:5050"
            first = owner.setdefault(whole, cluster.name)
            if first != cluster.name:
                text = f"{whole} is also a master of {first}: agents of one would be looked for in the other"
                yield Advice(SHARED_MASTERS, f"clusters.{cluster.name}.dcos.masters", text, "")


def _hold_off_short(cluster: ClusterPolicy) -> str | None:
    if cluster.failover_hold_off >= SHORTEST_HOLD_OFF:
        return None
    given = duration_text(cluster.failover_hold_off)
    return f"agents are judged {given} after an election, while Mesos gives them 10m to register again"


def _even_masters(cluster: ClusterPolicy) -> str | None:
    count = len(cluster.masters)
    if count % 2:
        return None
    return f"{count} masters: a quorum needs an odd number, so one is probably missing from the list"


def _masters_not_found(cluster: ClusterPolicy) -> str | None:
    hosts = [master.partition(":")[0] for master in cluster.masters]
    by_address = all(host.replace(".", "").isdecimal() for host in hosts) and len(set(hosts)) == len(hosts)
    if not cluster.quorum.vms or cluster.quorum.addresses or by_address:
        return None
    return (
        "a master's machine is found by its private address, and dcos.masters are none: no master is helped"
    )


def _storm_off(at: Inside) -> str | None:
    largest = at.pool.capacity.max
    begins = at.pool.storm.begins_at(largest)
    if largest <= 2 or begins < largest:
        return None
    return f"with {largest} nodes the storm begins at {begins} unhealthy: nothing stops a wrong health signal"


def _storm_hold_short(at: Inside) -> str | None:
    if at.pool.storm.hold >= SHORTEST_HOLD:
        return None
    return f"repair goes on {duration_text(at.pool.storm.hold)} after a storm, while its machines still come back"


def _all_at_once(at: Inside) -> str | None:
    largest = at.pool.capacity.max
    if largest < 2 or at.pool.disruption.at_once.of(largest) < largest:
        return None
    return f"all {largest} nodes may be in repair at the same time"


def _hour_loose(at: Inside) -> str | None:
    per_hour, largest = at.pool.disruption.per_hour, at.pool.capacity.max
    if per_hour <= max(largest, Disruption().per_hour):
        return None
    return f"{per_hour} repairs an hour in a pool of at most {largest}: every node may be destroyed within the hour"


def _day_below_hour(at: Inside) -> str | None:
    limits = at.pool.disruption
    if limits.per_day >= limits.per_hour:
        return None
    return f"per_day ({limits.per_day}) is below per_hour ({limits.per_hour}), which therefore never counts"


def _confirm_short(at: Inside) -> str | None:
    given = at.pool.repair.confirm_after
    if given >= ONE_PING:
        return None
    return f"an agent is replaced after {duration_text(given)} of silence, less than one ping of Mesos (15s)"


def _join_short(at: Inside) -> str | None:
    given = at.pool.repair.join_timeout
    if given >= SHORTEST_JOIN:
        return None
    return f"a new machine has {duration_text(given)} to boot, install DC/OS and register: most will count as failed"


def _verify_off(at: Inside) -> str | None:
    if at.pool.repair.verify_timeout > timedelta(0):
        return None
    return "a repair has no time to show that the tasks run again"


def _window_short(at: Inside) -> str | None:
    repair = at.pool.repair
    needed, whom = max(
        (repair.join_timeout, "a successor has joined"), (repair.drain_timeout, "a node is empty")
    )
    short = [window for window in at.pool.windows if window.lasts < needed]
    if not short:
        return None
    given = duration_text(short[0].lasts)
    return f"a window of {given} may end before {whom} ({duration_text(needed)}), and all is taken back"


def _min_zero(at: Inside) -> str | None:
    if at.pool.capacity.min > 0:
        return None
    return "a wanted size of 0 is accepted, so a capacity misread as zero is not doubted"


def _bolder(at: Inside) -> str | None:
    order = list(Mode)
    if order.index(at.pool.mode) <= order.index(at.cluster.mode):
        return None
    return f"the pool is in {at.pool.mode} while its cluster is in {at.cluster.mode}: the cluster looks untouched"


def _marathons_unheard(cluster: ClusterPolicy) -> str | None:
    signals = [one for pool in cluster.pools if pool.scaling is not None for one in pool.scaling.signals]
    if not cluster.marathons or any(isinstance(one, Waiting | Thin) for one in signals):
        return None
    return f"{', '.join(cluster.marathons)}: no pool follows work that waits, so nobody asks what waits there"


CLUSTER_RULES: tuple[Rule[ClusterPolicy], ...] = (
    Rule(
        "failover-hold-off-short",
        "failover_hold_off",
        "below 10m, the time that Mesos gives agents to register with a new leader",
        "MESOS-5330: after a failover all agents rushed at the new leader at once",
        _hold_off_short,
    ),
    Rule(
        "marathons-unheard",
        "dcos.marathons",
        "further Marathons, and no pool that follows work that waits",
        "",
        _marathons_unheard,
    ),
    Rule("even-masters", "dcos.masters", "an even number of masters", "", _even_masters),
    Rule(
        "masters-not-found",
        "masters.addresses",
        "their machines are named, and dcos.masters are names or one host, by which Azure knows none of them",
        "",
        _masters_not_found,
    ),
)

POOL_RULES: tuple[Rule[Inside], ...] = (
    Rule(
        "storm-off",
        "storm.unhealthy",
        "the storm begins only when the whole pool is unhealthy (100 % is what Cluster API ships)",
        "kubernetes-sigs/karpenter#2811: a wrong health signal, and too many good nodes were terminated",
        _storm_off,
    ),
    Rule(
        "storm-hold-short",
        "storm.hold",
        "below 5m",
        "Joyent, 27 May 2014: a whole data centre booted at once, machines came back over 20 to 149 minutes",
        _storm_hold_short,
    ),
    Rule(
        "all-at-once",
        "disruption.at_once",
        "the whole pool may be in repair at the same time",
        "planetlabs/draino#89: more than 75 % of a cluster was cordoned at once",
        _all_at_once,
    ),
    Rule(
        "hourly-limit-loose",
        "disruption.per_hour",
        "more than the pool has nodes, and more than the default",
        "Amazon S3, 28 February 2017: a tool removed far more than was meant; it was slowed down afterwards",
        _hour_loose,
    ),
    Rule("daily-below-hourly", "disruption.per_day", "below per_hour", "", _day_below_hour),
    Rule(
        "confirm-short",
        "repair.confirm_after",
        "below 15s, one agent ping",
        "medik8s/node-healthcheck-operator#365: flapping nodes, until a delay was added",
        _confirm_short,
    ),
    Rule(
        "join-timeout-short",
        "repair.join_timeout",
        "below 5m, about a boot and an installation",
        "",
        _join_short,
    ),
    Rule(
        "verify-off",
        "repair.verify_timeout",
        "0s",
        "microsoft/startstopv2-deployments#112, #116, #135: schedules broke and success was reported all the same",
        _verify_off,
    ),
    Rule(
        "window-short",
        "windows",
        "shorter than repair.join_timeout or repair.drain_timeout",
        "",
        _window_short,
    ),
    Rule(
        "floor-zero",
        "capacity.min",
        "0",
        "kubernetes/autoscaler#9452: a capacity was read as 0, and 90 nodes were cut to 1",
        _min_zero,
    ),
    Rule(
        "bolder-than-cluster",
        "mode",
        "a pool does more than its cluster's mode says",
        "Reddit, 11 August 2016: automation that was thought to be off destroyed the fleet in 16 seconds",
        _bolder,
    ),
)
