"""Simulated Marathon and SDK services answer in recorded shapes, and keep data where a real cluster would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from simulator.dcos.network import DcosNetwork
from simulator.dcos.services import Services
from simulator.in_process import MesosNetwork
from simulator.world.build import ClusterSpec
from simulator.world.journal import OPERATOR
from simulator.world.scheduler import Scheduler
from simulator.world.sdk import SdkScheduler, ServiceSpec
from simulator.world.tasks import App
from tests.simulator.stage import Stage, play

DATA = Path(__file__).resolve().parents[1] / "data" / "dcos"
MASTER = "172.16.0.5"
APPS = (
    App("web", 2),
    App("store", 2, volume_mb=512, unique=True),
    App("cell", 1, pod=True, image="team/cell:1"),
)
KAFKA = ServiceSpec("kafka", "kafka", {"kafka": 3}, "broker")

type Story = Callable[[Stage, Callable[..., Awaitable[tuple[int, Any]]]], Awaitable[None]]


def recorded(name: str) -> Any:
    return msgspec.json.decode((DATA / name).read_bytes())


def cluster(story: Story, release: str = "1.11") -> None:
    """Five private agents with the apps and the service above; `ask` is what a caller of a master's ports does."""

    async def run(stage: Stage) -> None:
        network = DcosNetwork(stage.world, Services(stage.cluster), MesosNetwork(stage.faces))

        async def ask(
            path: str, method: str = "GET", body: object = None, port: int = 8080
        ) -> tuple[int, Any]:
            sent = b"" if body is None else msgspec.json.encode(body)
            status, headers, answer = await network.send(
                method, f"http://{MASTER}:{port}{path}", {}, sent, 1.0
            )
            is_json = headers.get("Content-Type") == "application/json"
            return status, msgspec.json.decode(answer) if is_json else answer.decode()

        await story(stage, ask)

    spec = ClusterSpec("test", release, pools={"private": 5}, apps=APPS, services=(KAFKA,))
    play(run, spec)


def marathon(stage: Stage) -> Scheduler:
    return stage.cluster.mesos.schedulers[0]


def kafka(stage: Stage) -> SdkScheduler:
    (service,) = [one for one in stage.cluster.mesos.schedulers if isinstance(one, SdkScheduler)]
    return service


def test_marathon_s_answers_have_the_recorded_shapes() -> None:
    async def story(stage: Stage, ask: Any) -> None:
        apps = {one["id"]: one for one in (await ask("/v2/apps?embed=apps.tasks"))[1]["apps"]}
        (like,) = recorded("marathon-groups-app-with-volumes.json")["apps"]
        assert apps["/store"].keys() - {"acceptedResourceRoles"} <= like.keys()
        (volume,) = apps["/store"]["container"]["volumes"]
        assert volume.keys() == like["container"]["volumes"][0].keys()
        assert apps["/store"]["tasks"][0].keys() <= like["tasks"][0].keys()
        assert apps["/store"]["residency"].keys() == like["residency"].keys()
        (task, *_) = (await ask("/v2/tasks"))[1]["tasks"]
        assert task.keys() - {"localVolumes"} <= recorded("marathon-tasks.json")["tasks"][0].keys()
        (pod,) = (await ask("/v2/pods/::status"))[1]
        like = recorded("marathon-groups-pod.json")["pods"][0]
        assert pod.keys() <= like.keys()
        assert pod["spec"].keys() <= like["spec"].keys()
        assert pod["instances"][0].keys() <= like["instances"][0].keys()
        marathon(stage).add(App("late", 900))
        (deployment,) = (await ask("/v2/deployments"))[1]
        assert deployment.keys() == recorded("marathon-deployments.json")[0].keys()

    cluster(story)


def test_a_service_s_answers_have_the_recorded_shapes() -> None:
    async def story(stage: Stage, ask: Any) -> None:
        base = "/service/kafka/v1"
        status, plans = await ask(f"{base}/plans", port=80)
        assert (status, set(plans) <= set(recorded("sdk-plans.json"))) == (200, True)
        status, plan = await ask(f"{base}/plans/deploy", port=80)
        like = recorded("sdk-plan-in-progress.json")
        assert (status, plan["status"], plan.keys()) == (200, "COMPLETE", like.keys())
        assert plan["phases"][0].keys() == like["phases"][0].keys()
        assert plan["phases"][0]["steps"][0].keys() == like["phases"][0]["steps"][0].keys()
        pods = (await ask(f"{base}/pod/status", port=80))[1]
        like = recorded("sdk-pod-status-1.json")
        assert pods.keys() == like.keys()
        assert pods["pods"][0]["instances"][0].keys() == like["pods"][0]["instances"][0].keys()
        assert (await ask(f"{base}/pod", port=80))[1] == ["kafka-0", "kafka-1", "kafka-2"]
        assert (await ask("/service/other/v1/pod", port=80))[0] == 404

    cluster(story)


def test_a_marathon_without_leader_and_one_from_before_pods_say_so() -> None:
    async def leaderless(stage: Stage, ask: Any) -> None:
        stage.world.fail_over(stage.cluster)
        assert (await ask("/v2/apps"))[0] == 503
        assert (await ask("/v2/leader"))[0] == 404

    async def older(stage: Stage, ask: Any) -> None:
        assert (await ask("/v2/pods/::status"))[0] == 404
        assert "unreachableStrategy" not in (await ask("/v2/apps"))[1]["apps"][0]

    cluster(leaderless)
    cluster(older, "1.8")


def test_marathon_refuses_what_it_can_t_do() -> None:
    async def story(stage: Stage, ask: Any) -> None:
        kill = "/v2/tasks/delete"
        ids = [task.id for task in marathon(stage).live["web"]]
        assert (await ask(f"{kill}?wipe=true&scale=true", "POST", {"ids": ids}))[0] == 400
        assert (await ask(kill, "POST", {"ids": ["nonsense"]}))[0] == 400
        assert (await ask(kill, "POST", {"ids": ["other.1"]}))[0] == 404
        assert (await ask("/v2/pods/web::instances", "DELETE", ids))[0] == 404
        assert marathon(stage).running("web") == 2

    cluster(story)


def test_what_has_a_volume_comes_back_to_it_after_a_reboot() -> None:
    async def story(stage: Stage, ask: Any) -> None:
        homes = {pod: kafka(stage).task_of(pod) for pod in KAFKA.pod_names}
        victim = homes["kafka-1"]
        assert victim is not None
        agent = stage.cluster.mesos.registered[victim.agent_id]
        stage.world.restart(agent.process.instance)
        await stage.after(minutes=60)
        after = kafka(stage).task_of("kafka-1")
        assert after is not None
        assert (after.agent_id, kafka(stage).step("kafka-1")) == (victim.agent_id, "COMPLETE")

    cluster(story)


def test_a_volume_is_lost_with_the_temporary_disk_and_waited_for_until_it_is_given_up() -> None:
    async def story(stage: Stage, ask: Any) -> None:
        victim = kafka(stage).task_of("kafka-1")
        assert victim is not None
        agent = stage.cluster.mesos.registered[victim.agent_id]
        stage.world.redeploy(agent.process.instance)
        await stage.after(minutes=60)
        assert stage.cluster.agent_of(agent.process.instance) is not None, (
            "the machine is back, as a new agent"
        )
        assert kafka(stage).step("kafka-1") == "PREPARED"
        assert (await ask("/service/kafka/v1/plans/recovery", port=80))[0] == 202
        assert (await ask("/service/kafka/v1/pod/kafka-1/replace", "POST", port=80))[0] == 200
        await stage.after(minutes=2)
        assert kafka(stage).step("kafka-1") == "COMPLETE"
        assert (await ask("/service/kafka/v1/plans/recovery", port=80))[0] == 200

    cluster(story)


def test_an_older_service_waits_though_the_agent_is_called_gone() -> None:
    async def story(stage: Stage, ask: Any) -> None:
        kafka(stage).spec = ServiceSpec("kafka", "kafka", {"kafka": 3}, "broker", moves_when_gone=False)
        victim = kafka(stage).task_of("kafka-0")
        assert victim is not None
        stage.world.power_off(stage.cluster.mesos.registered[victim.agent_id].process.instance)
        stage.cluster.orders.mark_gone(victim.agent_id, OPERATOR)
        await stage.after(minutes=30)
        assert kafka(stage).step("kafka-0") == "PREPARED"

    cluster(story)


def test_no_two_members_of_a_service_share_an_agent() -> None:
    async def story(stage: Stage, ask: Any) -> None:
        for pod in KAFKA.pod_names:
            kafka(stage).replace(pod)
            await stage.after(minutes=5)
            homes = [task.agent_id for name in KAFKA.pod_names if (task := kafka(stage).task_of(name))]
            assert len(set(homes)) == 3

    cluster(story)


def test_a_service_can_t_be_asked_while_its_scheduler_is_down() -> None:
    async def story(stage: Stage, ask: Any) -> None:
        (scheduler,) = marathon(stage).live["kafka"]
        await ask("/v2/tasks/delete", "POST", {"ids": [scheduler.id]})
        await stage.after(s=4)
        assert (await ask("/service/kafka/v1/plans", port=80))[0] == 503
        await stage.after(minutes=1)
        assert (await ask("/service/kafka/v1/plans", port=80))[0] == 200

    cluster(story)
