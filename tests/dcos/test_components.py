"""Every component of DC/OS is known, in every spelling of its units, with what its failure takes down."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dcos.component import RELEASES, Component, Kind
from shared.dcos.component_page import page
from shared.dcos.components import (
    ALL,
    LISTED,
    component,
    component_of,
    failed_unit,
    package_of,
    successor_of,
    units_of,
)
from shared.model.health import Health, Role
from shared.model.signals import Severity

PAGE = Path(__file__).parents[2] / "docs" / "components.md"
WANTED = """adminrouter boost-system boto bouncer cosmos curl dcos-cluster-id dcos-diagnostics dcos-history-service
dcos-image dcos-image-deps dcos-installer dcos-installer-ui dcos-metrics dcos-oauth dcos-signal dcos-ui dnspython erlang
exhibitor flask hadoop hdfs-mesos java libevent logrotate marathon mesos mesos-buildenv mesos-dns mesos-metrics-module
mesos-modules-private minuteman ncurses networking_api openssl python python-dateutil python-docopt python-jinja2
python-kazoo python-markupsafe python-passlib python-pyyaml python-requests python-retrying six spartan strace toybox
treeinfo.json zk-value-consensus"""


def test_every_component_of_the_list_is_known_and_no_other_is_listed() -> None:
    assert sorted(one.name for one in LISTED) == sorted(WANTED.split())


@pytest.mark.parametrize("one", ALL, ids=[one.name for one in ALL])
def test_a_component_says_what_it_is_and_what_its_failure_takes_down(one: Component) -> None:
    assert len(one.what) > 10
    assert len(one.takes_down) > 10
    assert one.source
    assert one.has_health == (one.kind is Kind.SERVICE)


def test_no_two_components_share_a_name_or_a_unit() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for one in ALL:
        for name in (one.name, *one.spellings, *(unit for units in one.units for unit in units.names)):
            owners[name].add(one.name)
            found = component_of(name)
            assert found is not None
            assert found.name == one.name, name
    assert {name: sorted(names) for name, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("dcos-mesos-slave.service", "mesos"),
        ("DCOS-Mesos-Slave-Public.service", "mesos"),
        ("dcos-mesos-slave", "mesos"),
        ("mesos-master", "mesos"),
        ("dcos-mesos-slave.windows.service", "mesos"),
        ("dcos-3dt.socket", "dcos-diagnostics"),
        ("dcos-3dt-agent.service", "dcos-diagnostics"),
        ("dcos-diagnostics-master.service", "dcos-diagnostics"),
        ("dcos-adminrouter-agent-reload.timer", "adminrouter"),
        ("dcos-nginx.service", "adminrouter"),
        ("dcos-history.service", "dcos-history-service"),
        ("dcos-history-service.service", "dcos-history-service"),
        ("dcos-gunicorn-bouncer.service", "bouncer"),
        ("dcos-networking_api.service", "networking_api"),
        ("dcos-gen-resolvconf.timer", "gen-resolvconf"),
        ("dcos-telegraf.service", "telegraf"),
        ("dcos-logrotate.timer", "logrotate"),
        (" dcos-signal.timer\n", "dcos-signal"),
    ],
)
def test_a_unit_names_its_component_however_it_is_spelt(unit: str, name: str) -> None:
    found = component_of(unit)
    assert found is not None
    assert found.name == name


@given(st.text())
def test_a_unit_that_nobody_knows_is_no_error(unit: str) -> None:
    failed = failed_unit(unit, Health.CRITICAL)
    assert failed.unit == unit
    assert failed.takes_down


def test_an_unknown_unit_says_that_it_is_not_known() -> None:
    failed = failed_unit("dcos-brand-new.service", Health.CRITICAL)
    assert (failed.component, failed.severity) == (None, Severity.WARNING)
    assert "Not known" in failed.takes_down


def test_a_failed_unit_is_as_severe_as_what_it_takes_down() -> None:
    assert failed_unit("dcos-signal.service", Health.CRITICAL).severity is Severity.INFO
    assert failed_unit("dcos-mesos-slave.service", Health.CRITICAL).severity is Severity.CRITICAL
    assert failed_unit("dcos-mesos-slave.service", Health.WARNING).severity is Severity.WARNING


@pytest.mark.parametrize(
    ("name", "version", "role", "units"),
    [
        ("mesos", "1.11.2", Role.MASTER, ("dcos-mesos-master.service",)),
        ("mesos", "2.0", Role.AGENT_PUBLIC, ("dcos-mesos-slave-public.service",)),
        ("dcos-diagnostics", "1.8.8", Role.AGENT, ("dcos-3dt.service", "dcos-3dt.socket")),
        ("dcos-diagnostics", "1.10", Role.MASTER, ("dcos-diagnostics.service", "dcos-diagnostics.socket")),
        ("minuteman", "1.8", Role.AGENT, ("dcos-minuteman.service",)),
        ("minuteman", "1.10", Role.AGENT, ("dcos-navstar.service",)),
        ("minuteman", "1.11", Role.AGENT, ("dcos-net.service", "dcos-net-watchdog.service")),
        ("spartan", "2.1", Role.MASTER, ("dcos-net.service", "dcos-net-watchdog.service")),
        ("dcos-metrics", "1.12", Role.AGENT, ("dcos-telegraf.service", "dcos-telegraf.socket")),
        ("dcos-metrics", "1.8", Role.AGENT, ()),
        ("marathon", "1.9", Role.AGENT, ()),
        ("bouncer", "1.11", Role.MASTER, ()),
        ("dcos-signal", "2.2", Role.MASTER, ()),
        ("java", "1.11", Role.MASTER, ()),
    ],
)
def test_units_depend_on_release_and_role(
    name: str, version: str, role: Role, units: tuple[str, ...]
) -> None:
    assert units_of(name, version, role) == units


def test_the_enterprise_edition_has_units_of_its_own() -> None:
    assert units_of("bouncer", "1.11", Role.MASTER, enterprise=True) == ("dcos-bouncer.service",)


def test_what_took_over_is_named() -> None:
    heir = successor_of("dcos-oauth", "2.0")
    assert heir is not None
    assert heir.name == "bouncer"
    assert successor_of("dcos-oauth", "1.12") is None


@pytest.mark.parametrize("release", RELEASES)
def test_each_release_has_masters_agents_and_their_supervision(release: str) -> None:
    for name in ("mesos", "exhibitor", "marathon", "adminrouter", "cosmos", "mesos-dns"):
        assert units_of(name, release, Role.MASTER), name
    assert units_of("mesos", release, Role.AGENT)
    assert units_of("spartan", release, Role.AGENT)
    assert units_of("minuteman", release, Role.AGENT)


@pytest.mark.parametrize("version", ["1.6", "3.0", "", "latest", "1.100"])
def test_a_release_that_is_not_known_is_told(version: str) -> None:
    with pytest.raises(ValueError, match="is not known"):
        units_of("mesos", version, Role.MASTER)


def test_a_component_that_is_not_known_is_told() -> None:
    with pytest.raises(ValueError, match="no component of DC/OS"):
        component("kubernetes")


def test_a_package_has_a_name_and_a_version() -> None:
    assert package_of("dcos-diagnostics--0f3a") == ("dcos-diagnostics", "0f3a")
    for text in ("mesos", "--1", "mesos--", ""):
        with pytest.raises(ValueError, match="not a package"):
            package_of(text)


def test_the_page_of_components_is_what_the_code_says() -> None:
    command = "python -m shared.dcos.component_page docs/components.md"
    assert PAGE.read_text(encoding="utf-8") == page(), f"write it anew: {command}"
