"""What an agent has and what is kept there, in the notations of all releases."""

from __future__ import annotations

import msgspec
import pytest

from shared.dcos import resources
from shared.dcos.resources import Resource
from shared.errors import Retry
from shared.model.mesos import Amounts, Reservation, Volume
from tests.dcos.recorded import Json, answer, document, older_master, scheduler, v1_master

SEEN = {"reservation": {"principal": "kafka"}, "role": "kafka-role"}
"""Before Mesos 1.4."""
STACKED = {"reservations": [{"type": "DYNAMIC", "role": "kafka-role", "principal": "kafka"}]}
BOTH = SEEN | STACKED
"""As a Mesos 1.11 was seen to print it."""
REFINED = {
    "reservations": [
        {"type": "STATIC", "role": "slave_public"},
        {"type": "DYNAMIC", "role": "slave_public/kafka-role", "principal": "kafka"},
    ]
}
STATIC = {"role": "slave_public", "reservations": [{"type": "STATIC", "role": "slave_public"}]}


def scalar(name: str, value: float, *more: Json) -> Json:
    found: Json = {"name": name, "type": "SCALAR", "scalar": {"value": value}}
    for each in more:
        found |= each
    return found


def volume(id: str, path: str = "data", **more: object) -> Json:
    return {"disk": {"persistence": {"id": id}, "volume": {"mode": "RW", "container_path": path}} | more}


def listed(*parts: Json) -> tuple[Resource, ...]:
    return msgspec.convert(parts, tuple[Resource, ...])


@pytest.mark.parametrize("notation", [SEEN, STACKED, BOTH])
def test_a_dynamic_reservation_is_seen_in_every_notation(notation: Json) -> None:
    parts = listed(scalar("cpus", 1.5), scalar("cpus", 0.5, notation), scalar("disk", 60, notation))
    assert resources.reservations(parts) == (
        Reservation("kafka-role", "kafka", Amounts(cpus=0.5, disk_mb=60)),
    )
    assert resources.amounts(parts) == Amounts(cpus=2.0, disk_mb=60)
    assert resources.amounts(resources.reserved(parts)) == Amounts(cpus=0.5, disk_mb=60)


def test_what_the_agents_own_settings_reserve_is_no_data() -> None:
    for notation in (STATIC, {"role": "slave_public"}):
        parts = listed(scalar("cpus", 4, notation))
        assert resources.reservations(parts) == ()
        assert resources.amounts(resources.reserved(parts)) == Amounts(cpus=4)


def test_a_framework_that_reserves_on_a_public_agent_is_seen() -> None:
    parts = listed(scalar("mem", 64, REFINED), scalar("disk", 10, REFINED, volume("v")))
    assert resources.reservations(parts) == (
        Reservation("slave_public/kafka-role", "kafka", Amounts(mem_mb=64, disk_mb=10)),
    )
    assert resources.volumes(parts) == (Volume("v", "slave_public/kafka-role", "kafka", "data", 10),)


def test_volumes_are_told_with_whose_they_are_and_where() -> None:
    parts = listed(
        scalar("disk", 40, BOTH),
        scalar("disk", 60, BOTH, volume("b", source={"type": "MOUNT", "mount": {"root": "/data"}})),
        scalar("disk", 20, BOTH, volume("a", "logs", persistence={"id": "a", "principal": "somebody"})),
    )
    assert resources.volumes(parts) == (
        Volume("a", "kafka-role", "somebody", "logs", 20, "ROOT"),
        Volume("b", "kafka-role", "kafka", "data", 60, "MOUNT"),
    )


def test_a_volume_on_statically_reserved_disk_is_data_all_the_same() -> None:
    parts = listed(scalar("disk", 20, STATIC, volume("a")))
    assert resources.reservations(parts) == ()
    assert resources.volumes(parts) == (Volume("a", "slave_public", "", "data", 20),)


def test_a_shared_volume_is_listed_once() -> None:
    assert len(resources.volumes(listed(*[scalar("disk", 20, BOTH, volume("a"), {"shared": {}})] * 3))) == 1


async def test_a_disk_without_a_volume_and_ports_are_just_resources() -> None:
    ports = {"name": "ports", "type": "RANGES", "ranges": {"range": [{"begin": 1, "end": 9}]}, "role": "*"}
    mounted = scalar("disk", 9, {"disk": {"source": {"type": "MOUNT"}}})
    assert resources.amounts(listed(ports, mounted)) == Amounts(disk_mb=9)
    assert resources.volumes(listed(ports, mounted)) == ()


def reserved_on(state: Json) -> str:
    """Something is reserved on the first agent of a `/state`. Its id."""
    agent = state["slaves"][0]
    agent["reserved_resources"] = {"kafka-role": {"cpus": 0.5, "mem": 0.0, "disk": 60.0, "gpus": 0.0}}
    return str(agent["id"])


async def test_older_masters_tell_in_slaves_what_is_kept() -> None:
    state, slaves = document("state-after-restart.json"), document("slaves-after-restart.json")
    reserved_on(state)
    (shown,) = (one for one in slaves["slaves"] if one["id"] == state["slaves"][0]["id"])
    shown["reserved_resources_full"] = {"kafka-role": [scalar("disk", 60, SEEN, volume("a"))]}
    found = await scheduler(older_master(state, slaves)).state()
    (agent,) = (one for one in found.agents if one.agent_id == shown["id"])
    assert agent.volumes == (Volume("a", "kafka-role", "kafka", "data", 60),)
    assert agent.reserved == Amounts(cpus=0.5, disk_mb=60)


async def test_an_agent_that_registered_meanwhile_is_not_taken_for_one_without_data() -> None:
    state, slaves = document("state-after-restart.json"), document("slaves-after-restart.json")
    new = reserved_on(state)
    slaves["slaves"] = [one for one in slaves["slaves"] if one["id"] != new]
    with pytest.raises(Retry, match="registered while the masters were read"):
        await scheduler(older_master(state, slaves)).state()


async def test_one_that_registered_meanwhile_with_nothing_reserved_has_nothing() -> None:
    state, slaves = document("state-after-restart.json"), document("slaves-after-restart.json")
    slaves["slaves"] = []
    found = await scheduler(older_master(state, slaves)).state()
    assert [agent.volumes for agent in found.agents] == [(), ()]


async def test_attributes_and_the_zone_are_told_alike_in_both_languages() -> None:
    domain = {"fault_domain": {"region": {"name": "azure/westeurope"}, "zone": {"name": "azure/2"}}}
    v1, older = document("get-state-after-restart.json"), document("state-after-restart.json")
    for agent in v1["get_state"]["get_agents"]["agents"]:
        agent["agent_info"] |= {
            "domain": domain,
            "attributes": [
                {"name": "os", "type": "TEXT", "text": {"value": "Linux"}},
                {"name": "level", "type": "SCALAR", "scalar": {"value": 3.5}},
                {"name": "ids", "type": "RANGES", "ranges": {"range": [{"begin": 1, "end": 4}]}},
            ],
        }
    for agent in older["slaves"]:
        agent |= {"domain": domain, "attributes": {"os": "Linux", "level": 3.5, "ids": "[1-4]"}}
    slaves = document("slaves-after-restart.json")
    for http in (v1_master(GET_STATE=answer(v1)), older_master(older, slaves)):
        for agent in (await scheduler(http).state()).agents:
            assert agent.attributes == {"os": "Linux", "level": "3.5", "ids": "[1-4]"}
            assert agent.zone == "azure/2"
