"""The units of a release are exactly those that its nodes have.

The lists are facts from outside: of 1.9 and 1.10 what mesosphere/dcos-docs-site shows of the directory
dcos.target.wants of each role (Enterprise edition), of 2.1 and 2.2 what the integration test of dcos/dcos itself
expects of the diagnostics (test_composition.py, open edition). Endings `.service` are left out here.
"""

from __future__ import annotations

import pytest

from shared.dcos.components import ALL, component_of, units_of
from shared.model.health import Role

MASTER_1_9 = """
3dt 3dt.socket adminrouter adminrouter-reload adminrouter-reload.timer bouncer ca cosmos epmd exhibitor
gen-resolvconf gen-resolvconf.timer history log-master log-master.socket logrotate-master logrotate-master.timer
marathon mesos-dns mesos-master metrics-master metrics-master.socket metronome navstar networking_api pkgpanda-api
pkgpanda-api.socket secrets signal signal.timer spartan spartan-watchdog spartan-watchdog.timer vault
"""
AGENT_1_9 = """
3dt 3dt.socket adminrouter-agent adminrouter-agent-reload adminrouter-agent-reload.timer docker-gc docker-gc.timer
epmd gen-resolvconf gen-resolvconf.timer log-agent log-agent.socket logrotate-agent logrotate-agent.timer
mesos-slave metrics-agent metrics-agent.socket navstar pkgpanda-api pkgpanda-api.socket rexray signal.timer spartan
spartan-watchdog spartan-watchdog.timer
"""
MASTER_1_10 = """
adminrouter backup-master backup-master.socket bouncer ca cockroach cosmos diagnostics diagnostics.socket epmd
exhibitor gen-resolvconf gen-resolvconf.timer history log-master log-master.socket logrotate-master
logrotate-master.timer marathon mesos-dns mesos-master metrics-master metrics-master.socket metronome navstar
networking_api pkgpanda-api secrets secrets.socket signal signal.timer spartan spartan-watchdog
spartan-watchdog.timer vault
"""
AGENT_1_10 = """
adminrouter-agent diagnostics diagnostics.socket docker-gc docker-gc.timer epmd gen-resolvconf gen-resolvconf.timer
log-agent log-agent.socket logrotate-agent logrotate-agent.timer mesos-slave metrics-agent metrics-agent.socket
navstar pkgpanda-api rexray signal.timer spartan spartan-watchdog spartan-watchdog.timer
"""
EVERY_2 = """
calico-bird calico-confd calico-felix checks-api checks-api.socket checks-poststart checks-poststart.timer
diagnostics diagnostics.socket fluent-bit gen-resolvconf gen-resolvconf.timer net net-watchdog pkgpanda-api telegraf
telegraf.socket
"""
MASTER_2_2 = f"""
{EVERY_2} adminrouter bouncer bouncer-migrate-users cockroach cockroachdb-config-change
cockroachdb-config-change.timer cosmos diagnostics-mesos-state diagnostics-mesos-state.timer etcd exhibitor
log-master log-master.socket logrotate-master logrotate-master.timer marathon mesos-dns mesos-master metronome
ui-update-service ui-update-service.socket
"""
AGENT_2 = f"""
{EVERY_2} adminrouter-agent calico-libnetwork-plugin docker-gc docker-gc.timer log-agent log-agent.socket
logrotate-agent logrotate-agent.timer mesos-slave mesos-slave.socket rexray
"""


@pytest.mark.parametrize(
    ("release", "role", "enterprise", "names"),
    [
        ("1.9", Role.MASTER, True, MASTER_1_9),
        ("1.9", Role.AGENT, True, AGENT_1_9),
        ("1.9", Role.AGENT_PUBLIC, True, AGENT_1_9.replace("mesos-slave", "mesos-slave-public")),
        ("1.10", Role.MASTER, True, MASTER_1_10),
        ("1.10", Role.AGENT, True, AGENT_1_10),
        ("2.1", Role.MASTER, False, f"{MASTER_2_2} signal signal.timer"),
        ("2.1", Role.AGENT, False, AGENT_2),
        ("2.2", Role.MASTER, False, MASTER_2_2),
        ("2.2", Role.AGENT, False, AGENT_2),
        ("2.2", Role.AGENT_PUBLIC, False, AGENT_2.replace("mesos-slave", "mesos-slave-public")),
    ],
)
def test_a_node_has_exactly_the_units_of_its_release_and_role(
    release: str, role: Role, enterprise: bool, names: str
) -> None:
    real = {f"dcos-{name}" if "." in name else f"dcos-{name}.service" for name in names.split()}
    # In the Enterprise edition bouncer takes the place of dcos-oauth.
    known = {
        unit
        for one in ALL
        if not (enterprise and one.name == "dcos-oauth")
        for unit in units_of(one.name, release, role, enterprise=enterprise)
    }
    assert known == real


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("dcos-epmd.service", "erlang"),
        ("dcos-gen-resolvconf.timer", "gen-resolvconf"),
        ("dcos-history-service.service", "dcos-history-service"),
        ("dcos-vol-discovery-pub-agent.service", "mesos"),
        ("dcos-mesos-slave-public.socket", "mesos"),
        ("dcos-bouncer-legacy.service", "bouncer"),
        ("dcos-vault.service", "dcos-secrets"),
        ("dcos-licensing.socket", "dcos-licensing"),
    ],
)
def test_units_that_few_releases_or_one_edition_have_are_known(unit: str, name: str) -> None:
    found = component_of(unit)
    assert found is not None
    assert found.name == name
