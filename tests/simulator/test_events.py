"""Event Grid tells of changes: in the published shapes, late, twice or not at all."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from simulator.clock import WallClock
from simulator.event_shapes import validation_event
from simulator.events import Delivery, EventGrid, HandshakeFailed, post_to
from simulator.virtual_time import EPOCH
from simulator.world.azure import AllocationFault
from simulator.world.build import SUBSCRIPTION, ClusterSpec, build_cluster, new_world
from simulator.world.durations import Durations
from tests.simulator.recorded import event_sample
from tests.simulator.shapes import compare
from tests.simulator.stage import APP, PRINCIPAL, Stage, play

Event = dict[str, Any]
NEEDED_CLAIMS = (".aud", ".iss", ".appid", ".ver", "claims/objectidentifier", "claims/tenantid")
"""The other claims of a token differ from caller to caller."""


class Inbox:
    """A subscriber in process: keeps what it takes, answers as it is told."""

    def __init__(self, *statuses: int) -> None:
        self.events: list[Event] = []
        self.statuses = list(statuses)

    async def take(self, events: list[Event]) -> int:
        status = self.statuses.pop(0) if self.statuses else 202
        if status == 202:
            self.events += events
        return status


def _story(
    act: Callable[[Stage], Awaitable[None]],
    inbox: Inbox,
    delivery: Delivery | None = None,
    minutes: float = 10,
) -> EventGrid:
    async def story(stage: Stage) -> EventGrid:
        async with EventGrid(stage.world, inbox.take, delivery) as grid:
            await act(stage)
            await stage.after(minutes=minutes)
            await grid.settle()
        return grid

    return play(story)


async def _delete(stage: Stage) -> None:
    stage.world.delete_instance(stage.instance(1))


async def _delete_by_client(stage: Stage) -> None:
    await stage.ask_arm("DELETE", f"{stage.private.id}/virtualMachines/1")


async def _grow_by_client(stage: Stage) -> None:
    await stage.ask_arm("PATCH", stage.private.id, {"sku": {"capacity": 4}})


async def _restart_by_client(stage: Stage) -> None:
    await stage.ask_arm("POST", f"{stage.private.id}/restart", {"instanceIds": ["0"]})


async def _evict(stage: Stage) -> None:
    stage.private.evicted_instances_are_deleted = False
    stage.world.evict(stage.instance(0))


async def _announce_evictions(stage: Stage) -> None:
    stage.world.announce_evictions([stage.instance(0), stage.instance(1)])
    await stage.after(minutes=1)


async def _crash(stage: Stage) -> None:
    stage.world.crash_host(stage.instance(0))


def test_a_finished_delete_is_told_with_its_caller() -> None:
    inbox = Inbox()
    _story(_delete_by_client, inbox)
    [event] = inbox.events
    assert event["eventType"] == "Microsoft.Resources.ResourceDeleteSuccess"
    assert event["subject"].endswith("-vmss0/virtualMachines/1")
    assert (
        event["data"]["operationName"] == "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/delete"
    )
    assert event["data"]["authorization"]["evidence"]["principalId"] == PRINCIPAL.replace("-", "")
    assert event["data"]["claims"]["appid"] == APP


@pytest.mark.parametrize(
    ("act", "kind", "operation"),
    [
        (_grow_by_client, "ResourceWriteSuccess", "Microsoft.Compute/virtualMachineScaleSets/write"),
        (
            _restart_by_client,
            "ResourceActionSuccess",
            "Microsoft.Compute/virtualMachineScaleSets/restart/action",
        ),
    ],
)
def test_writes_and_actions_have_their_own_types(
    act: Callable[[Stage], Awaitable[None]], kind: str, operation: str
) -> None:
    inbox = Inbox()
    _story(act, inbox)
    assert [(e["eventType"], e["data"]["operationName"]) for e in inbox.events] == [
        (f"Microsoft.Resources.{kind}", operation)
    ]


@pytest.mark.parametrize(
    ("act", "sample"),
    [
        (_delete_by_client, "resource_delete_success"),
        (_grow_by_client, "resource_write_success"),
        (_restart_by_client, "resource_action_success"),
        (_evict, "health_resource_annotated"),
        (_crash, "health_availability_status_changed"),
        (_announce_evictions, "maintenance_scheduled_event_emitted.vmss"),
    ],
)
def test_events_have_the_published_shapes(act: Callable[[Stage], Awaitable[None]], sample: str) -> None:
    inbox = Inbox()
    _story(act, inbox)
    published = event_sample(sample)
    ours = next(event for event in inbox.events if event["eventType"] == published["eventType"])
    found = compare(published, ours)
    lacking = {path for path in found.lacking if ".claims." not in path or path.endswith(NEEDED_CLAIMS)}
    assert lacking == set()
    assert found.differing == frozenset()


def test_the_validation_event_has_the_published_shape() -> None:
    published = event_sample("subscription_validation")
    found = compare(published, validation_event("code", SUBSCRIPTION, EPOCH))
    assert (found.lacking, found.extra, found.differing) == (frozenset(), frozenset(), frozenset())


def test_failures_and_preempted_writes_are_told_as_such() -> None:
    async def fail_and_preempt(stage: Stage) -> None:
        stage.world.azure.allocation_faults.append(AllocationFault())
        stage.world.set_capacity(stage.private, 4)
        await stage.after(minutes=5)
        stage.world.set_capacity(stage.private, 5)
        stage.world.set_capacity(stage.private, 6)

    inbox = Inbox()
    _story(fail_and_preempt, inbox)
    assert [event["eventType"].rpartition(".Resource")[2] for event in inbox.events] == [
        "WriteFailure",
        "WriteCancel",
        "WriteSuccess",
    ]
    assert [event["data"]["status"] for event in inbox.events] == ["Failed", "Canceled", "Succeeded"]


def test_an_eviction_is_told_by_resource_health() -> None:
    inbox = Inbox()
    _story(_evict, inbox)
    properties = inbox.events[0]["data"]["resourceInfo"]["properties"]
    assert properties["annotationName"] == "VirtualMachinePreempted"
    assert properties["context"] == "Platform Initiated"


def test_an_evicted_and_deleted_instance_is_told_by_resource_health_alone() -> None:
    async def evict(stage: Stage) -> None:
        stage.world.evict(stage.instance(0))

    inbox = Inbox()
    _story(evict, inbox)
    assert [event["eventType"].rpartition(".")[2] for event in inbox.events] == ["ResourceAnnotated"]


def test_a_frozen_vm_is_told_by_nobody() -> None:
    async def freeze(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))

    inbox = Inbox()
    _story(freeze, inbox, minutes=60)
    assert inbox.events == []


def test_an_event_is_sent_again_until_it_is_taken() -> None:
    inbox = Inbox(500, 0, 503)
    grid = _story(_delete, inbox)
    assert len(inbox.events) == 1
    assert len(grid.delivered) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_a_final_refusal_drops_the_event(status: int) -> None:
    inbox = Inbox(status)
    grid = _story(_delete, inbox)
    assert inbox.events == []
    assert len(grid.dropped) == 1


def test_attempts_are_bounded() -> None:
    inbox = Inbox(*[500] * 50)
    grid = _story(_delete, inbox, Delivery(attempts=3))
    assert len(inbox.statuses) == 47
    assert len(grid.dropped) == 1


def test_events_can_be_late_doubled_and_lost() -> None:
    late, doubled, lost = Inbox(), Inbox(), Inbox()
    _story(_delete, late, Delivery(delay_s=(300, 300)), minutes=5)
    _story(_delete, doubled, Delivery(doubled=1.0))
    grid = _story(_delete, lost, Delivery(lost=1.0))
    assert len(late.events) == 1
    assert [event["id"] for event in doubled.events] == [doubled.events[0]["id"]] * 2
    assert (lost.events, len(grid.dropped)) == ([], 1)


async def test_a_webhook_proves_itself_and_then_gets_events() -> None:
    got: list[tuple[str, Any]] = []

    async def hook(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        got.append((request.headers["aeg-event-type"], body))
        if request.headers["aeg-event-type"] == "SubscriptionValidation":
            return web.json_response({"validationResponse": body[0]["data"]["validationCode"]})
        return web.Response(status=202)

    async with _webhook(hook) as url:
        world = new_world(WallClock(), Durations().scaled(0.0005))
        cluster = build_cluster(world, ClusterSpec("hooked"))
        async with (
            post_to(url, SUBSCRIPTION, WallClock()) as send,
            EventGrid(world, send, Delivery(retry_after_s=(0.01,))) as grid,
        ):
            world.delete_instance(cluster.pools["private"].instances[0])
            await WallClock().sleep(0.1)
            world.settle()
            await grid.settle()
    assert [kind for kind, _ in got] == ["SubscriptionValidation", "Notification"]
    assert got[1][1][0]["subject"].endswith("/virtualMachines/0")


async def test_a_webhook_that_does_not_echo_the_code_gets_nothing() -> None:
    async def hook(request: web.Request) -> web.StreamResponse:
        return web.json_response({})

    async with _webhook(hook) as url:
        with pytest.raises(HandshakeFailed, match="gets no events"):
            async with post_to(url, SUBSCRIPTION, WallClock()):
                pytest.fail("the handshake failed")


class _webhook:  # noqa: N801 - used as a function
    """Serves one handler on a free port."""

    def __init__(self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        app = web.Application()
        app.router.add_post("/", handler)
        self._runner = web.AppRunner(app)

    async def __aenter__(self) -> str:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/"

    async def __aexit__(self, *exc: object) -> None:
        await self._runner.cleanup()


def test_a_spot_machine_is_announced_and_then_taken() -> None:
    inbox = Inbox()
    _story(_announce_evictions, inbox)
    announced, carried_out = (
        event["data"]["resourceInfo"]["properties"]
        for event in inbox.events
        if "Scheduled" in event["eventType"]
    )
    assert (announced["EventType"], announced["EventStatus"]) == ("Preempt", "Scheduled")
    assert announced["NotBefore"] == "Mon, 02 Mar 2026 09:00:30 GMT"
    assert [name.rpartition("_")[2] for name in announced["Resources"]] == ["0", "1"]
    assert (carried_out["EventId"], carried_out["EventStatus"]) == (announced["EventId"], "Completed")
    annotated = [event for event in inbox.events if event["eventType"].endswith("ResourceAnnotated")]
    assert len(annotated) == 2
