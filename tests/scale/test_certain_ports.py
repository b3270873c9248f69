"""Tasks that need certain host ports: one of them on an agent, and only where the port is offered."""

from __future__ import annotations

from shared.model.ports import Ports
from shared.scale.placement import grow, place
from tests.scale.placing import blank, host, on, refused, work

PORTS = Ports(((80, 90), (1025, 2180)))


def test_two_tasks_of_different_applications_with_one_port_do_not_fit_on_one_agent() -> None:
    works = [work("/a", certain=(80,), ports=1), work("/b", certain=(80, 81), ports=2)]
    placement = place(works, [host(1, open_ports=PORTS), host(2, open_ports=PORTS)])
    assert sorted(on(placement)) == ["a1", "a2"]
    assert refused(place(works, [host(1, open_ports=PORTS)])) == {"/a": "1 of /a: ports (80)"}


def test_a_port_that_somebody_uses_or_that_is_not_offered_is_not_to_be_had() -> None:
    hosts = [host(1, open_ports=PORTS.without(Ports(((80, 80),)))), host(2, open_ports=PORTS)]
    assert on(place([work("/a", certain=(80,))], hosts)) == {"a2": 1}
    assert refused(place([work("/a", certain=(443,))], hosts)) == {"/a": "1 of /a: ports (443)"}
    assert refused(place([work("/a", certain=(70_000,))], hosts)) == {"/a": "1 of /a: ports (70000)"}


def test_other_ports_share_an_agent() -> None:
    works = [work("/a", certain=(80,)), work("/b", certain=(81,)), work("/c", ports=3)]
    assert on(place(works, [host(1, open_ports=PORTS, ports=1167)])) == {"a1": 3}


def test_where_ports_are_not_told_each_is_taken_to_be_free_once() -> None:
    placement = place([work("/a", certain=(80,)), work("/b", certain=(80,))], [host(1)])
    assert on(placement) == {"a1": 1}


def test_a_new_machine_comes_for_each_task_with_the_same_port() -> None:
    works = [work(f"/{name}", 0.1, certain=(80,)) for name in "abc"]
    placement = grow(works, [], blank(open_ports=PORTS))
    assert (placement.new, placement.refused) == (3, ())


def test_a_port_that_the_pool_does_not_offer_brings_no_machine() -> None:
    placement = grow([work("/a", certain=(443,))], [], blank(open_ports=PORTS))
    assert (placement.new, refused(placement)) == (0, {"/a": "1 of /a: ports (443)"})
