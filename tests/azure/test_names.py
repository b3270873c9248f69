"""A node has one name, whatever casing Azure answers in."""

from __future__ import annotations

import msgspec

from shared.azure import arm_shapes


def test_an_instance_is_named_after_its_set_as_the_policy_spells_it() -> None:
    vm = msgspec.convert({"name": "DCOS-AGENT-VMSS0_12", "instanceId": "12"}, arm_shapes.Vm)
    assert arm_shapes.instance_of(vm, "dcos-agent-vmss0").name == "dcos-agent-vmss0_12"


def test_without_an_instance_id_the_name_tells_it() -> None:
    vm = msgspec.convert({"name": "dcos-agent-vmss0_7"}, arm_shapes.Vm)
    assert arm_shapes.instance_of(vm, "dcos-agent-vmss0").instance_id == "7"
