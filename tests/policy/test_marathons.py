"""Further Marathons as they stand in a policy file: names of frameworks, and no addresses."""

from __future__ import annotations

import pytest

from shared.policy.faults import PolicyError
from shared.policy.load import load
from tests.policy.texts import GOOD

DCOS = "dcos: {masters: "


def with_marathons(written: str) -> str:
    assert DCOS in GOOD
    return GOOD.replace(DCOS, f"dcos: {{marathons: {written}, masters: ")


def test_they_are_named() -> None:
    (cluster,) = load(with_marathons("[marathon-user, dev/marathon]"), "policy.yaml").clusters
    assert cluster.marathons == ("marathon-user", "dev/marathon")


def test_there_is_none_where_none_is_written() -> None:
    (cluster,) = load(GOOD, "policy.yaml").clusters
    assert cluster.marathons == ()


@pytest.mark.parametrize(
    ("written", "path", "found"),
    [
        ("[]", "", "a list of 0"),
        ("marathon-user", "", "'marathon-user'"),
        ("[../x]", "[0]", "'../x'"),
        ("['http://10.0.0.9:8080']", "[0]", "'http://10.0.0.9:8080'"),
        ("[a b]", "[0]", "'a b'"),
        ("[{name: x}]", "[0]", "a mapping of 1 key"),
        ("[marathon]", "[0]", "'marathon'"),
        ("[a, a]", "[1]", "'a', which is on line 6 already"),
    ],
)
def test_what_can_not_be_one_is_told_at_its_place(written: str, path: str, found: str) -> None:
    with pytest.raises(PolicyError) as raised:
        load(with_marathons(written), "policy.yaml")
    (fault,) = raised.value.faults
    assert (fault.path, fault.found) == (f"clusters.prod.dcos.marathons{path}", found)
