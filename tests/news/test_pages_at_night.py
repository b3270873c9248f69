"""What a person on call reads can be acted on: it says what to do, and what it says to type can be typed."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.errors import Retry
from shared.judge.traits import AGE, FACTORS
from shared.model.operations import Plan, StepRecord
from shared.model.remedies import Remedy
from shared.model.signals import Severity
from shared.news.advice import MEANING, STEPS, TROUBLES, advice_for
from shared.news.context import context_of
from shared.news.derive import news_in
from shared.news.words import LONGEST, in_words
from shared.operate.plans import PLANS
from shared.operate.steps.stop_new_tasks import STOPPED
from shared.policy.load import load
from tests.cli.typed import asked
from tests.news.readers import Readers, with_a_hand_over
from tests.scene import SET, Scene

ROOMY = "disruption: {at_once: 10, per_fault_domain: none, per_hour: 20}"


async def types(scene: Scene, text: str) -> None:
    """Every command that the text has, as somebody would paste it."""
    found = re.findall(r"python -m cli (.*)$", text, re.MULTILINE)
    assert found
    for command in found:
        result = await asked(scene, *shlex.split(command.replace('"..."', "because")))
        assert result.exit_code == 0, (command, result.stderr)


async def with_a_failed_rack() -> Readers:
    scene = Scene(agents=20, more=ROOMY)
    readers = Readers(scene)
    await readers.after(minutes=2)
    for number in (2, 7, 12, 17):
        scene.agent_dies(number)
    await readers.after(minutes=5)
    return readers


async def test_a_failure_with_a_cause_in_common_is_told_by_that_cause() -> None:
    readers = await with_a_failed_rack()
    (told,) = readers.notifier.told
    assert told.severity is Severity.CRITICAL
    assert told.title == "prod: what failed in private, all with the same fault domain, needs a person"
    assert told.text.startswith("4 of the 4 nodes with fault_domain 2 have failed, and 0 of the other 16")
    assert "elsewhere repair goes on" in told.text
    assert "one rack of Azure's" in told.text
    await types(readers.scene, told.text)


async def test_machines_that_do_not_join_are_told_with_what_is_not_replaced_because_of_them() -> None:
    scene = Scene(agents=12)
    readers = Readers(scene)
    await readers.after(minutes=2)
    scene.booting = False
    scene.machine_is_deallocated(1)
    await readers.after(minutes=20)
    (told,) = readers.notifier.told
    assert told.title == f"prod: {SET}_1 needs a person"
    assert told.text.startswith("await_join took longer than 900 s: no new agent has joined yet\n")
    assert "No other machine of this pool is replaced until one joins" in told.text
    await types(scene, told.text)


async def test_a_proposal_says_what_it_means_to_agree() -> None:
    scene = Scene(agents=6, mode="propose")
    readers = Readers(scene)
    await readers.after(minutes=2)
    scene.agent_dies(2)
    await readers.after(minutes=3)
    (told,) = readers.notifier.told
    assert told.text.startswith(
        "unreachable since 2026-11-22 03:03:00 UTC: Mesos lists its agent as disconnected"
    )
    assert "Proposed is replace: the machine is destroyed with its disks" in told.text
    await types(scene, "\n".join(line for line in told.text.splitlines() if not line.startswith("Refuse")))


async def test_what_to_do_is_never_cut_off_however_long_the_story_is() -> None:
    readers = await with_a_hand_over()
    scene = readers.scene
    (operation,) = await scene.closed_operations()
    now = scene.clock.now()
    steps = tuple(StepRecord(f"step-{n}", now, now, "word " * 200) for n in range(40))
    policy = load(scene.policy, "policy.yaml").cluster("prod")
    news = [one for entry in await scene.audit() for one in news_in(entry)]
    (over,) = [one for one in news if one.kind.value == "IncidentHandedOver"]
    context = await context_of(scene.reader, policy, [over])
    long = replace(context, operations={operation.id: replace(operation, steps=steps)})
    text = in_words(over, long).text
    assert LONGEST - 300 < len(text) <= LONGEST
    assert text.endswith("it counts as well within a minute or two.")
    assert "What was not done because of it" in text


@pytest.mark.parametrize(
    ("how", "said"), [("window", "/maintenance/schedule"), ("agent", "REACTIVATE_AGENT")]
)
async def test_who_takes_over_is_told_how_tasks_come_to_the_node_again(how: str, said: str) -> None:
    scene = (await with_a_hand_over()).scene
    (operation,) = await scene.closed_operations()
    policy = load(scene.policy, "policy.yaml").cluster("prod")
    news = [one for entry in await scene.audit() for one in news_in(entry)]
    (over,) = [one for one in news if one.kind.value == "IncidentHandedOver"]
    context = await context_of(scene.reader, policy, [over])
    barred = replace(operation, step="move_tasks", steps=(), notes={**operation.notes, STOPPED: how})
    texts = [in_words(over, replace(context, operations={one.id: one})).text for one in (operation, barred)]
    assert [said in text for text in texts] == [False, True]


@pytest.mark.parametrize("plan", PLANS)
def test_there_is_advice_for_each_step_of_each_plan(plan: Plan) -> None:
    course = PLANS[plan]
    assert {step.name for step in course.steps} <= set(STEPS)


def test_there_is_advice_for_each_factor_and_a_meaning_of_each_remedy() -> None:
    assert [factor for factor in FACTORS if f" by {factor})" not in TROUBLES] == []
    assert "young machine" in advice_for(f"(private by {AGE})", None, "")[0]
    assert set(MEANING) == set(Remedy)


async def test_a_cluster_that_cannot_be_seen_is_told_with_the_way_to_look_at() -> None:
    scene = Scene(agents=4)
    readers = Readers(scene)
    await readers.after(minutes=2)
    scene.scheduler.faults.always("state", Retry("connection refused", timedelta(seconds=1)))
    await readers.after(minutes=20)
    (told,) = readers.notifier.told
    assert told.title == "prod: the whole cluster, which cannot be seen, needs a person"
    assert "connection refused" in told.text.splitlines()[0]
    assert "the way from its network to the masters" in told.text
    await types(scene, told.text)
