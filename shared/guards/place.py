"""A place in the ledger: what is written there for a node that is disrupted, and the ledger with one more.

The same for a decision, so that the next one is asked with it, and for the reservation that follows
(`shared/operate/start.py`), so that the two cannot differ. Where one task is moved for the sake of the load, all others
on the node go on: no framework and no service is disrupted by that. A machine that goes empty disrupts nobody's work:
it has a place as long as it takes, and is none of the disruptions that began within the hour and the day.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from shared.model.ledger import Disruption, Ledger, Wave
from shared.model.nodes import Node
from shared.model.readings import Failure
from shared.model.remedies import Remedy

from .question import Question
from .stakes import at_stake

MARATHON = "marathon"


def with_place(question: Question, operation: str) -> Ledger:
    """The ledger with the place that was granted to this operation."""
    book, finding = question.ledger, question.finding
    urgent, moves_load = question.is_urgent, question.remedy is Remedy.RELIEVE
    idle = disrupts_nothing(question)
    entry = Disruption(
        operation,
        finding.node.name,
        question.now,
        fault_domain_of(finding.node),
        frameworks=() if moves_load else frameworks_of(question),
        trouble="" if urgent else finding.trouble,
        urgent=urgent,
        services=() if moves_load else services_of(question),
        shrinks=question.remedy is Remedy.SHRINK,
        idle=idle,
    )
    waves = book.waves
    if entry.trouble and book.wave(entry.trouble) is None:
        waves = (*waves, Wave(entry.trouble, question.now))
    started = book.started if urgent or idle else (*book.started, entry.since)
    return replace(book, active=(*book.active, entry), started=started, waves=waves)


def disrupts_nothing(question: Question) -> bool:
    """Whether it is a machine that goes because its pool is to have fewer, on which nothing runs and nothing is kept.
    Where either is not known, it is not such a one."""
    node = question.finding.node
    if question.remedy is not Remedy.SHRINK or node.agent is None or not node.agent.active:
        return False
    return not any(node.agent.task_ids.values()) and not node.agent.tasks and not services_of(question)


def elsewhere_of(books: Mapping[str, Ledger], pool: str) -> tuple[Disruption, ...]:
    """What is disrupted in the other pools, whose ledgers are `books`."""
    return tuple([entry for name, book in books.items() if name != pool for entry in book.active])


def fault_domain_of(node: Node) -> int | None:
    """Where it is, or was."""
    if node.instance is not None:
        return node.instance.fault_domain
    return node.memory.fault_domain if node.memory else None


def services_of(question: Question) -> tuple[str, ...]:
    """The services that have a member or data there."""
    return tuple(stake.service for stake in at_stake(question.finding.node, question.snapshot))


def frameworks_of(question: Question) -> tuple[str, ...]:
    """The ids of the frameworks that have tasks on the node, or had when its agent was last connected, without
    Marathon and those Marathons that run on it (`marathon-user`), in order."""
    node, scheduler = question.finding.node, question.snapshot.scheduler
    keys = set(node.memory.tasks if node.memory else ())
    if node.agent is not None:
        keys |= node.agent.tasks.keys() | {f"{id}:" for id, tasks in node.agent.task_ids.items() if tasks}
    registered = {} if isinstance(scheduler, Failure) else scheduler.value.frameworks
    ids = {key.partition(":")[0] for key in keys}
    names = {id: registered[id].name if id in registered else "" for id in ids}
    return tuple(sorted(id for id in ids if names[id].partition("-")[0] != MARATHON))
