"""How many requests Azure takes, and how it says no."""

import msgspec
import pytest

from tests.simulator.stage import Stage, play


def test_a_set_takes_twelve_deletes_at_once_and_four_more_each_minute() -> None:
    async def story(stage: Stage) -> None:
        async def statuses(count: int) -> list[int]:
            body = {"instanceIds": ["99"]}
            answers = [await stage.ask_arm("POST", f"{stage.private.id}/delete", body) for _ in range(count)]
            return [answer.status for answer in answers]

        assert await statuses(13) == [400] * 12 + [429]
        await stage.after(minutes=1)
        assert await statuses(5) == [400] * 4 + [429]

    play(story)


def test_a_refused_caller_learns_the_policy_and_when_to_come_back() -> None:
    async def story(stage: Stage) -> None:
        for _ in range(30):
            assert (await stage.ask_arm("GET", f"{stage.private.id}/instanceView")).status == 200
        refused = await stage.ask_arm("GET", f"{stage.private.id}/instanceView")
        body = msgspec.json.decode(refused.body)
        assert refused.status == 429
        assert refused.headers["Retry-After"] == "60"
        assert body["code"] == "OperationNotAllowed", "the compute provider does not wrap this error"
        assert body["details"][0]["target"] == "HighCostGetVMScaleSet"

    play(story)


def test_listing_instances_is_not_limited() -> None:
    async def story(stage: Stage) -> None:
        for _ in range(200):
            assert (await stage.ask_arm("GET", f"{stage.private.id}/virtualMachines")).status == 200

    play(story)


def test_each_set_has_its_own_bucket() -> None:
    async def story(stage: Stage) -> None:
        for _ in range(31):
            await stage.ask_arm("GET", f"{stage.private.id}/instanceView")
        other = stage.cluster.pools["public"]
        assert (await stage.ask_arm("GET", f"{other.id}/instanceView")).status == 200

    play(story)


def test_each_operation_has_its_own_bucket() -> None:
    async def story(stage: Stage) -> None:
        links = []
        for number in range(2):
            accepted = await stage.ask_arm("DELETE", stage.instance(number).id)
            links.append(
                accepted.headers["Azure-AsyncOperation"].removeprefix("https://management.azure.com")
            )
        first = [(await stage.ask_arm("GET", links[0])).status for _ in range(46)]
        assert first == [200] * 45 + [429]
        assert (await stage.ask_arm("GET", links[1])).status == 200

    play(story)


def test_throttling_can_be_switched_off() -> None:
    async def story(stage: Stage) -> None:
        stage.arm.throttle.enabled = False
        for _ in range(100):
            assert (await stage.ask_arm("GET", stage.private.id)).status == 200

    play(story)


def test_answers_tell_what_is_left() -> None:
    async def story(stage: Stage) -> None:
        answer = await stage.ask_arm("GET", stage.private.id)
        assert (
            answer.headers["x-ms-ratelimit-remaining-resource"] == "Microsoft.Compute/LowCostGetVMScaleSet;35"
        )
        assert answer.headers["x-ms-ratelimit-remaining-subscription-global-reads"] == "3749"

    play(story)


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("{set}", {"Authorization": ""}, 401, "AuthenticationFailed"),
        ("/subscriptions/99999999-0000-0000-0000-000000000000/x", {}, 404, "SubscriptionNotFound"),
        ("{set}/nonsense", {}, 404, "InvalidResourceType"),
    ],
)
def test_the_gateway_refuses_before_anything_is_looked_up(
    path: str, headers: dict[str, str], status: int, code: str
) -> None:
    async def story(stage: Stage) -> None:
        answer = await stage.ask_arm("GET", path.format(set=stage.private.id), None, headers)
        assert answer.status == status
        assert msgspec.json.decode(answer.body)["error"]["code"] == code

    play(story)


@pytest.mark.parametrize("capacity", [-1, 1001, "5", True, None])
def test_a_capacity_that_makes_no_sense_is_refused(capacity: object) -> None:
    async def story(stage: Stage) -> None:
        answer = await stage.ask_arm("PATCH", stage.private.id, {"sku": {"capacity": capacity}})
        assert answer.status == 400
        assert stage.private.capacity == 3

    play(story)


def test_paths_are_taken_in_any_case() -> None:
    async def story(stage: Stage) -> None:
        assert (await stage.ask_arm("GET", stage.private.id.upper())).status == 200
        assert (await stage.ask_arm("GET", stage.private.id.lower())).status == 200

    play(story)


def test_nics_tell_the_address_of_each_instance() -> None:
    async def story(stage: Stage) -> None:
        answer = await stage.ask_arm("GET", f"{stage.private.id}/networkInterfaces")
        found = {
            nic["properties"]["virtualMachine"]["id"]: nic["properties"]["ipConfigurations"][0]["properties"]
            for nic in msgspec.json.decode(answer.body)["value"]
        }
        assert {id_: one["privateIPAddress"] for id_, one in found.items()} == {
            instance.id: instance.nic.address for instance in stage.private.instances.values()
        }

    play(story)


def test_limits_keep_the_pace_of_a_quicker_world() -> None:
    async def story(stage: Stage) -> None:
        stage.arm.throttle.pace = 30.0
        for _ in range(30):
            await stage.ask_arm("GET", f"{stage.private.id}/instanceView")
        refused = await stage.ask_arm("GET", f"{stage.private.id}/instanceView")
        assert (refused.status, refused.headers["Retry-After"]) == (429, "2")
        await stage.after(s=2)
        statuses = [
            (await stage.ask_arm("GET", f"{stage.private.id}/instanceView")).status for _ in range(11)
        ]
        assert statuses == [200] * 10 + [429]

    play(story)
