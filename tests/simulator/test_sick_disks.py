"""What a restart can cure and what it cannot: tasks end with their machine, and some disks and images are beyond it."""

from simulator.world.agent import Life, Process
from simulator.world.build import ClusterSpec
from simulator.world.scale_set import Instance
from simulator.world.tasks import App
from tests.simulator.stage import Stage, play

WEB = ClusterSpec("apps", apps=(App("web", 6, cpus=0.5),))


def process_of(instance: Instance) -> Process:
    assert isinstance(instance.guest, Process)
    return instance.guest


def test_tasks_end_with_a_restart_of_their_machine_and_start_again_when_its_agent_is_back() -> None:
    async def story(stage: Stage) -> None:
        scheduler = stage.cluster.mesos.schedulers[0]
        before = set(stage.agent(0).tasks)
        stage.world.restart(stage.instance(0))
        await stage.after(minutes=2)
        ended = stage.world.journal.of("task_ended")
        assert {entry.subject for entry in ended} == before
        assert {entry.detail["state"] for entry in ended} == {"TASK_LOST"}
        assert scheduler.running("web") == 6
        assert not process_of(stage.instance(0)).tasks_died

    play(story, WEB)


def test_tasks_outlive_a_restart_of_the_agents_process() -> None:
    async def story(stage: Stage) -> None:
        before = set(stage.agent(0).tasks)
        stage.world.kill_agent_process(stage.instance(0), restart_in_s=20.0)
        await stage.after(minutes=1)
        assert set(stage.agent(0).tasks) == before
        assert not stage.world.journal.of("task_ended")

    play(story, WEB)


def test_tasks_that_died_on_an_unreachable_agent_do_not_come_back_with_it() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))
        await stage.after(minutes=6)
        stage.world.restart(stage.instance(0))
        await stage.after(minutes=2)
        assert stage.instance(0).healthy
        assert stage.cluster.mesos.schedulers[0].running("web") == 6
        assert not stage.agent(0).tasks

    play(story, WEB)


def test_no_restart_helps_an_agent_whose_disk_is_spoiled() -> None:
    async def story(stage: Stage) -> None:
        stage.world.spoil_disk(stage.instance(0))
        await stage.after(minutes=1)
        assert process_of(stage.instance(0)).life is Life.ABSENT
        stage.world.restart(stage.instance(0))
        await stage.after(minutes=5)
        assert not stage.instance(0).healthy
        stage.world.redeploy(stage.instance(0))
        await stage.after(minutes=10)
        assert stage.instance(0).healthy

    play(story)


def test_what_is_made_of_a_bad_image_never_joins_and_what_was_made_before_is_well() -> None:
    async def story(stage: Stage) -> None:
        stage.world.new_image(stage.private, "16.04.202603010")
        stage.private.bad_images.add("16.04.202603010")
        stage.world.restart(stage.instance(0))
        stage.world.delete_instance(stage.instance(1))
        stage.world.set_capacity(stage.private, 3)
        await stage.after(minutes=10)
        assert stage.instance(0).healthy
        assert not stage.instance(3).healthy

    play(story)
