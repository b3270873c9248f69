"""What the answers of Azure Resource Manager say is left of its limits is told as numbers."""

from __future__ import annotations

import pytest

from shared.azure.arm_client import ArmSettings
from shared.azure.budget import left
from shared.azure.compute import AzureCompute
from shared.memory.telemetry import MemoryTelemetry
from shared.model.azure import PoolAddress
from simulator.arm.face import ArmFace
from simulator.in_process import ArmTransport
from simulator.virtual_time import VirtualClock, run_virtual
from simulator.world.build import ClusterSpec, build_cluster, new_world


def test_each_answer_tells_what_is_left_of_the_buckets_that_it_was_taken_from() -> None:
    telemetry = MemoryTelemetry()

    async def story(clock: VirtualClock) -> None:
        world = new_world(clock)
        pool = build_cluster(world, ClusterSpec("prod", "1.11", pools={"private": 3})).pools["private"]
        address = PoolAddress(pool.subscription, pool.resource_group, pool.name)
        settings = ArmSettings("http://arm.test", "token", telemetry=telemetry)
        async with AzureCompute(settings, ArmTransport(ArmFace(world))) as compute:
            await compute.scale_set(address)
            first = telemetry.last("poolkeeper.arm.left", bucket="LowCostGetVMScaleSet")
            await compute.scale_set(address)
            assert telemetry.last("poolkeeper.arm.left", bucket="LowCostGetVMScaleSet") == first - 1
            assert telemetry.last("poolkeeper.arm.left", bucket="global-reads") > 3000

    run_virtual(story)


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, {}),
        ({"x-ms-ratelimit-remaining-resource": ""}, {}),
        (
            {"x-ms-ratelimit-remaining-resource": "Microsoft.Compute/A;3,Microsoft.Compute/B;0"},
            {"A": 3, "B": 0},
        ),
        ({"x-ms-ratelimit-remaining-resource": "Microsoft.Compute/A;many"}, {}),
        ({"x-ms-ratelimit-remaining-resource": "nonsense"}, {}),
        ({"X-Ms-RateLimit-Remaining-Subscription-Writes": "1199"}, {"writes": 1199}),
        ({"x-ms-ratelimit-remaining-resource": ",".join(f"P/{n};1" for n in range(50))}, None),
    ],
)
def test_what_is_no_number_is_passed_over(headers: dict[str, str], told: dict[str, float] | None) -> None:
    found = {point.facts["bucket"]: point.value for point in left(headers)}
    assert len(found) == 10 if told is None else found == told
