"""What agents offer, and what one more of them would."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from shared.model.mesos import Agent, Amounts, Reservation
from shared.model.offer import Offer
from shared.model.ports import Ports
from shared.scale.offers import blank_of, host_of, offer_of
from shared.scale.work import PUBLIC

SINCE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def agent(number: int = 1, **other: Any) -> Agent:
    plain = Agent(f"S{number}", f"10.0.0.{number}", f"10.0.0.{number}", 5051, True, SINCE)
    return replace(plain, **({"total": Amounts(4, 8000, 1000, 0)} | other))


def test_what_nobody_uses_is_free() -> None:
    assert host_of(agent(used=Amounts(1, 3000))).free == {"*": Amounts(3, 5000, 1000)}


def test_a_public_agent_offers_what_its_settings_reserve() -> None:
    all_of_it = Amounts(4, 8000, 1000)
    assert host_of(agent(reserved=all_of_it, used=Amounts(1))).free == {PUBLIC: Amounts(3, 8000, 1000)}


def test_what_a_framework_reserved_is_offered_to_nobody_else() -> None:
    kept = Amounts(1, 2000)
    reserved = agent(reserved=kept, reservations=(Reservation("kafka-role", "kafka", kept),))
    assert host_of(reserved).free == {"*": Amounts(3, 6000, 1000)}


def test_where_it_is_not_known_whose_share_is_used_it_is_everybodys() -> None:
    partly = agent(reserved=Amounts(1), used=Amounts(2))
    assert host_of(partly).free == {"*": Amounts(1, 8000, 1000), PUBLIC: Amounts()}


def test_who_gets_no_new_tasks_is_closed() -> None:
    assert host_of(agent()).is_open
    assert not host_of(agent(deactivated=True)).is_open
    assert not host_of(agent(active=False)).is_open


def test_one_more_agent_offers_what_all_of_them_would_if_they_were_empty() -> None:
    large, small = agent(1, used=Amounts(4)), agent(2, total=Amounts(2, 9000))
    small = replace(small, attributes={"os": "Linux", "rack": "2"})
    offer = offer_of([replace(large, attributes={"os": "Linux", "rack": "1"}), small])
    assert offer == Offer({"*": Amounts(2, 8000)}, {"os": "Linux"})
    blank = blank_of(offer, ["2", "1"])
    assert [blank.host(number).zone for number in range(3)] == ["2", "1", "2"]


def test_of_a_pool_without_agents_nobody_knows_what_they_offer() -> None:
    assert offer_of([]) is None


def test_what_frameworks_reserved_on_an_agent_the_next_one_offers() -> None:
    kept = Amounts(1, 2000)
    reserved = agent(reserved=kept, reservations=(Reservation("kafka-role", "kafka", kept),))
    assert offer_of([reserved]) == Offer({"*": Amounts(4, 8000, 1000)})


def test_an_agent_that_says_nothing_of_what_it_has_teaches_nothing() -> None:
    assert offer_of([agent(total=Amounts())]) is None


def test_ports_are_those_that_agents_offer_without_those_in_use() -> None:
    offered, used = Ports(((1025, 2180), (2182, 3000))), Ports(((1025, 1030),))
    one = agent(1, ports=offered, used_ports=used)
    host = host_of(one)
    assert (host.ports, host.open_ports) == (1150 + 819, Ports(((1031, 2180), (2182, 3000))))
    other = agent(2, ports=Ports(((2000, 4000),)))
    offer = offer_of([one, other])
    assert offer is not None
    assert offer.ports == Ports(((2000, 2180), (2182, 3000)))
    assert (blank_of(offer).ports, blank_of(offer).host(0).open_ports) == (181 + 819, offer.ports)
