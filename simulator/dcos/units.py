"""The systemd units of a node, by role and DC/OS release, as its diagnostics list them.

Not every unit, but every one that runs something of weight, under the name of its release. Names are from the `build`
scripts of dcos/dcos packages at the release tags.
"""

_NETWORK = {
    (1, 7): (
        "dcos-epmd.service",
        "dcos-minuteman.service",
        "dcos-spartan.service",
        "dcos-spartan-watchdog.timer",
    ),
    (1, 8): (
        "dcos-epmd.service",
        "dcos-minuteman.service",
        "dcos-navstar.service",
        "dcos-spartan.service",
        "dcos-spartan-watchdog.timer",
    ),
    (1, 9): (
        "dcos-epmd.service",
        "dcos-navstar.service",
        "dcos-spartan.service",
        "dcos-spartan-watchdog.timer",
    ),
    (1, 11): ("dcos-net.service", "dcos-net-watchdog.service"),
}
_DIAGNOSTICS = {(1, 7): "dcos-3dt", (1, 10): "dcos-diagnostics"}
_METRICS = {
    (1, 7): (),
    (1, 9): ("dcos-metrics-{kind}.service", "dcos-metrics-{kind}.socket"),
    (1, 12): ("dcos-telegraf.service",),
}
_LOGIN = {(1, 7): "dcos-oauth.service", (1, 13): "dcos-bouncer.service"}
_HISTORY = {(1, 7): ("dcos-history.service",), (2, 1): ()}
_SIGNAL = {(1, 7): ("dcos-signal.service", "dcos-signal.timer"), (2, 2): ()}
_CHECKS = {(1, 7): (), (1, 11): ("dcos-checks-poststart.service", "dcos-checks-poststart.timer")}
_MASTER = (
    "dcos-adminrouter.service",
    "dcos-cosmos.service",
    "dcos-exhibitor.service",
    "dcos-logrotate-master.service",
    "dcos-logrotate-master.timer",
    "dcos-marathon.service",
    "dcos-mesos-dns.service",
    "dcos-mesos-master.service",
)
_AGENT = ("dcos-adminrouter-agent.service", "dcos-logrotate-agent.service", "dcos-logrotate-agent.timer")


def units_of(dcos: str, role: str) -> tuple[str, ...]:
    """Units of a `master`, `agent` or `agent_public` of this release, sorted."""
    major, minor = (int(part) for part in dcos.split(".")[:2])
    number = (major, minor)
    kind = "master" if role == "master" else "agent"
    names = [*_newest(_NETWORK, number), *(one.format(kind=kind) for one in _newest(_METRICS, number))]
    names += [f"{_newest(_DIAGNOSTICS, number)}.service", *_newest(_CHECKS, number)]
    names += ["dcos-gen-resolvconf.service", "dcos-gen-resolvconf.timer"]
    if role == "master":
        names += [*_MASTER, _newest(_LOGIN, number), *_newest(_HISTORY, number), *_newest(_SIGNAL, number)]
    else:
        mesos = "dcos-mesos-slave-public.service" if role == "agent_public" else "dcos-mesos-slave.service"
        names += [*_AGENT, mesos, f"{_newest(_DIAGNOSTICS, number)}.socket"]
    return tuple(sorted(names))


def _newest[T](by_release: dict[tuple[int, int], T], number: tuple[int, int]) -> T:
    """What holds for this release: the entry of the latest release that is not later."""
    return by_release[max(since for since in by_release if since <= number)]
