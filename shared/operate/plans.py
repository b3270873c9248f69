"""The plans: by which steps each remedy is carried out.

    replace_dead     prove_dead -> keep_evidence -> destroy -> (after the loss)
    replace_living   prove_ill -> stop_new_tasks -> surge -> await_successor
                     -> keep_evidence -> move_tasks -> destroy -> (after the loss)
    replace_ending   prove_ending -> stop_new_tasks -> surge_ahead -> keep_evidence -> move_tasks
                     -> await_end -> bury -> (after the loss)
    after the loss   prove_gone -> tell_scheduler -> restore_services -> grow -> await_join -> await_services -> verify
    restart_unit     prove_ill -> keep_evidence -> restart_unit -> await_recovery -> verify
    master_*         prove_ill -> keep_evidence -> the order -> await_master -> verify_quorum
    restart, redeploy, reimage
                     prove_ill -> stop_new_tasks -> keep_evidence -> move_tasks -> the order
                     -> await_recovery -> retire_agent -> give_back -> await_services -> verify
    grow             enlarge -> grow -> trim -> await_members
    shrink           prove_surplus -> stop_new_tasks -> keep_evidence -> move_tasks -> dismiss -> prove_gone
                     -> tell_scheduler -> restore_services -> await_services -> verify
    relieve          prove_hot -> relocate -> await_whole -> weigh
    an early end     give_back, where new tasks were stopped or the pool was grown
                     give_up, where Azure could not grow the pool
                     -> make_up, where an order was given that members of services may not have outlived

Dead is proved by Azure and Mesos both before anything is destroyed. Mesos is told only when Azure has confirmed that
the machine is gone, because an agent that is marked gone is banned for ever and its volumes are lost. The pool grows
after that, so that a new machine with the same address is never taken for the old one. It is over when the work that
ran on the node runs again, not when a machine says that it succeeded.

A node that still works is replaced in two phases. In the first its successor comes and nothing is lost: should the node
recover, it goes back to work with no task killed (`give_back`). The second begins with `move_tasks`. A node that Azure
takes away within minutes or seconds has no time for phases: its successor is ordered and its tasks are moved at once,
and nothing is destroyed before Azure has taken the machine.

What a step and a plan are is in `course.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from shared.guards import AFTER_THE_LOSS, ORDER, TO_GROW, TO_RELIEVE, TO_TOUCH_A_MASTER, stateful
from shared.model.nodes import Condition, Finding
from shared.model.operations import Plan
from shared.model.remedies import Remedy
from shared.policy.schema import PoolPolicy

from .course import BAR, DEAD, DESTROY, DISMISS, ENDING, EVIDENCE, ILL, Course, Step, minutes
from .outcomes import Failed, Withdraw
from .steps.await_end import await_end, bury
from .steps.await_join import await_join, await_successor
from .steps.await_recovery import await_recovery
from .steps.enlarge import await_members, enlarge, trim
from .steps.give_back import give_back
from .steps.grow import grow, surge, surge_ahead
from .steps.keep_body import take_away
from .steps.master_order import redeploy_master, restart_master, restart_master_unit, start_master
from .steps.move_tasks import move_tasks
from .steps.order import (
    redeploy,
    redeploy_timeout,
    reimage,
    restart,
    restart_timeout,
    restart_unit,
    unit_timeout,
)
from .steps.prove import proof_of
from .steps.prove_gone import prove_gone
from .steps.relieve import await_whole, prove_hot, relocate, weigh
from .steps.restore_services import await_services, restore_services
from .steps.retire_agent import retire_agent
from .steps.shrink import TO_LET_GO, dismiss, empty, give_way, prove_surplus, verify_moved
from .steps.stop_new_tasks import stop_new_tasks
from .steps.tell_scheduler import tell_scheduler
from .steps.verify import verify
from .steps.verify_master import await_master, verify_quorum


def _afterwards(timeout: Callable[[PoolPolicy], timedelta]) -> tuple[Step, ...]:
    """How a remedy ends that keeps the machine."""
    return (
        Step("await_recovery", await_recovery, (), timeout, late=Failed),
        Step("retire_agent", retire_agent, AFTER_THE_LOSS, minutes(30)),
        Step("give_back", give_back, (), minutes(30)),
        Step("await_services", await_services, AFTER_THE_LOSS, lambda pool: pool.repair.drain_timeout),
        Step("verify", verify, (), lambda pool: pool.repair.verify_timeout),
    )


def _emptied_first(order: Step) -> tuple[Step, ...]:
    """The order, after the tasks of a machine that still works were moved away."""
    return (
        Step("prove_ill", proof_of(ILL | DEAD), (), minutes(10)),
        Step(BAR, stop_new_tasks, ORDER, minutes(10)),
        EVIDENCE,
        Step("move_tasks", move_tasks, ORDER, lambda pool: pool.repair.drain_timeout, final=True),
        order,
    )


def _after_the_loss() -> tuple[Step, ...]:
    """How a remedy ends that replaces the machine. Azure may have no room for hours: that is waited for, while the
    pool's incident calls a person."""
    return (
        Step("prove_gone", prove_gone, (), minutes(20)),
        Step("tell_scheduler", tell_scheduler, AFTER_THE_LOSS, minutes(30)),
        Step("restore_services", restore_services, AFTER_THE_LOSS, minutes(30)),
        Step("grow", grow, TO_GROW, minutes(24 * 60)),
        Step("await_join", await_join, (), lambda pool: pool.repair.join_timeout),
        Step("await_services", await_services, AFTER_THE_LOSS, lambda pool: pool.repair.drain_timeout),
        Step("verify", verify, (), lambda pool: pool.repair.verify_timeout),
    )


def _on_a_master(
    order: Step, timeout: Callable[[PoolPolicy], timedelta], cures: frozenset[Condition] = ILL | DEAD
) -> Course:
    """A master has no tasks to be moved; what it has is a part in the quorum."""
    return Course(
        cures=cures,
        steps=(
            Step("prove_ill", proof_of(cures), (), minutes(10)),
            EVIDENCE,
            order,
            Step("await_master", await_master, (), timeout, late=Failed),
            Step("verify_quorum", verify_quorum, (), lambda pool: pool.repair.verify_timeout),
        ),
    )


ON_A_MASTER: Mapping[Remedy, Plan] = {
    Remedy.RESTART_UNIT: Plan.MASTER_RESTART_UNIT,
    Remedy.RESTART: Plan.MASTER_RESTART,
    Remedy.REDEPLOY: Plan.MASTER_REDEPLOY,
}
"""All that can be done to a master. What is not here raises a `KeyError` before anything is begun."""


def plan_on_a_master(remedy: Remedy, finding: Finding) -> Plan:
    """By which plan the remedy is carried out on this master: one that is off is started where others are restarted."""
    plan = ON_A_MASTER[remedy]
    return Plan.MASTER_START if finding.condition is Condition.STOPPED else plan


PLANS: Mapping[Plan, Course] = {
    Plan.MASTER_RESTART_UNIT: _on_a_master(
        Step("restart_unit", restart_master_unit, TO_TOUCH_A_MASTER, minutes(10), final=True, late=Failed),
        restart_timeout,
    ),
    Plan.MASTER_RESTART: _on_a_master(
        Step("restart", restart_master, TO_TOUCH_A_MASTER, restart_timeout, final=True, late=Failed),
        restart_timeout,
    ),
    Plan.MASTER_START: _on_a_master(
        Step("start", start_master, TO_TOUCH_A_MASTER, restart_timeout, final=True, late=Failed),
        restart_timeout,
        frozenset({Condition.STOPPED}),
    ),
    Plan.MASTER_REDEPLOY: _on_a_master(
        Step("redeploy", redeploy_master, TO_TOUCH_A_MASTER, redeploy_timeout, final=True, late=Failed),
        redeploy_timeout,
    ),
    Plan.RESTART_UNIT: Course(
        cures=ILL | DEAD,
        steps=(
            Step("prove_ill", proof_of(ILL | DEAD), (), minutes(10)),
            EVIDENCE,
            Step("restart_unit", restart_unit, ORDER, unit_timeout, final=True, late=Failed),
            Step("await_recovery", await_recovery, (), restart_timeout, late=Failed),
            Step("verify", verify, (), lambda pool: pool.repair.verify_timeout),
        ),
    ),
    Plan.RESTART: Course(
        cures=ILL | DEAD,
        steps=(
            *_emptied_first(Step("restart", restart, ORDER, restart_timeout, final=True, late=Failed)),
            *_afterwards(restart_timeout),
        ),
    ),
    Plan.REDEPLOY: Course(
        cures=ILL | DEAD,
        steps=(
            *_emptied_first(Step("redeploy", redeploy, ORDER, redeploy_timeout, final=True, late=Failed)),
            *_afterwards(redeploy_timeout),
        ),
    ),
    Plan.REIMAGE: Course(
        cures=ILL | DEAD,
        steps=(
            *_emptied_first(Step("reimage", reimage, ORDER, redeploy_timeout, final=True, late=Failed)),
            *_afterwards(redeploy_timeout),
        ),
    ),
    Plan.REPLACE_DEAD: Course(
        cures=DEAD,
        steps=(
            Step("prove_dead", proof_of(DEAD), (), minutes(10)),
            EVIDENCE,
            Step(DESTROY, take_away, ORDER, minutes(20), final=True),
            *_after_the_loss(),
        ),
    ),
    Plan.REPLACE_LIVING: Course(
        cures=ILL | DEAD,
        steps=(
            Step("prove_ill", proof_of(ILL | DEAD), (), minutes(10)),
            Step(BAR, stop_new_tasks, ORDER, minutes(10)),
            Step("surge", surge, ORDER, minutes(60)),
            Step("await_successor", await_successor, (), lambda pool: pool.repair.join_timeout),
            EVIDENCE,
            Step("move_tasks", move_tasks, ORDER, lambda pool: pool.repair.drain_timeout, final=True),
            Step(DESTROY, take_away, ORDER, minutes(20), final=True),
            *_after_the_loss(),
        ),
    ),
    Plan.REPLACE_ENDING: Course(
        cures=ENDING,
        steps=(
            Step("prove_ending", proof_of(ENDING), (), minutes(10)),
            Step(BAR, stop_new_tasks, ORDER, minutes(10)),
            Step("surge_ahead", surge_ahead, ORDER, minutes(10)),
            EVIDENCE,
            Step("move_tasks", move_tasks, ORDER, lambda pool: pool.repair.drain_timeout, final=True),
            Step("await_end", await_end, (), minutes(120)),
            Step("bury", bury, (*AFTER_THE_LOSS, stateful.ask), minutes(20)),
            *_after_the_loss(),
        ),
    ),
    Plan.GROW: Course(
        cures=frozenset({Condition.SHORT}),
        steps=(
            Step("enlarge", enlarge, TO_GROW, minutes(10), final=True, late=Withdraw),
            Step("grow", grow, TO_GROW, minutes(24 * 60)),
            Step("trim", trim, TO_GROW, minutes(60)),
            Step("await_members", await_members, (), lambda pool: pool.repair.join_timeout),
        ),
        has_place=False,
    ),
    Plan.SHRINK: Course(
        cures=frozenset({Condition.SURPLUS}),
        steps=(
            Step("prove_surplus", prove_surplus, (), minutes(10), late=Withdraw),
            Step(BAR, stop_new_tasks, TO_LET_GO, minutes(10)),
            EVIDENCE,
            Step(
                "move_tasks",
                empty,
                TO_LET_GO,
                lambda pool: pool.repair.drain_timeout,
                final=True,
                late=Failed,
                first=give_way,
            ),
            Step(DISMISS, dismiss, TO_LET_GO, minutes(20), final=True, first=give_way, late_before=Failed),
            Step("prove_gone", prove_gone, (), minutes(20)),
            Step("tell_scheduler", tell_scheduler, AFTER_THE_LOSS, minutes(30)),
            Step("restore_services", restore_services, AFTER_THE_LOSS, minutes(30)),
            Step("await_services", await_services, AFTER_THE_LOSS, lambda pool: pool.repair.drain_timeout),
            Step("verify", verify_moved, (), lambda pool: pool.repair.verify_timeout),
        ),
    ),
    Plan.RELIEVE: Course(
        cures=frozenset({Condition.HOT}),
        steps=(
            Step("prove_hot", prove_hot, TO_RELIEVE, minutes(10), late=Withdraw),
            Step("relocate", relocate, TO_RELIEVE, lambda pool: pool.repair.drain_timeout, True, Failed),
            Step("await_whole", await_whole, (), lambda pool: pool.repair.verify_timeout),
            Step("weigh", weigh, (), minutes(30), late=Failed),
        ),
    ),
}


def plan_of(remedy: Remedy, finding: Finding, now: datetime) -> Plan:
    """By which plan the remedy is carried out on this node."""
    if remedy is Remedy.REPLACE:
        if finding.ends_soon(now):
            return Plan.REPLACE_ENDING
        return Plan.REPLACE_LIVING if finding.is_connected else Plan.REPLACE_DEAD
    return Plan(remedy.value)
