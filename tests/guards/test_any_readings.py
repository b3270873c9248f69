"""Whatever the readings are, every guard answers, and what could not be read is never a reason to go on."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.guards import AFTER_THE_LOSS, ORDER, Question, Tally, ask, refusals
from shared.model.azure import Instance, Power, Provisioning, ScaleSet
from shared.model.ledger import Disruption, Ledger
from shared.model.mesos import Generation, SchedulerState
from shared.model.nodes import Condition, Finding, Node
from shared.model.overrides import Override, OverrideKind
from shared.model.readings import Failure, Reading, Value
from shared.model.remedies import Remedy
from shared.model.snapshot import PoolReadings, Snapshot
from shared.policy.schema import Disruption as Limits
from shared.policy.schema import Mode, Storm
from shared.policy.share import Share
from tests.builders import NOW, SET, agent, cluster_policy, memory, pool_policy

COUNTS = st.integers(0, 12)
DOMAINS = st.none() | st.integers(0, 4)
TIMES = st.integers(-90_000, 90_000).map(lambda seconds: NOW + timedelta(seconds=seconds))
SHARES = st.builds(Share, st.integers(1, 100), st.booleans())
INSTANCES = st.builds(
    Instance,
    name=st.sampled_from(["a", "b", "c"]),
    instance_id=st.just("1"),
    vm_id=st.just("vm"),
    power=st.sampled_from(Power),
    provisioning=st.sampled_from(Provisioning),
    fault_domain=DOMAINS,
)
AGENTS = st.tuples(st.integers(1, 9), st.booleans()).map(lambda drawn: agent(drawn[0], active=drawn[1]))
TALLIES = st.builds(
    Tally,
    conditions=st.dictionaries(st.sampled_from(Condition), COUNTS),
    missing=COUNTS,
    moving=COUNTS,
    machines=COUNTS,
    connected=COUNTS,
)
LEDGERS = st.builds(
    Ledger,
    pool=st.just("private"),
    wanted=st.none() | st.integers(0, 12),
    active=st.lists(
        st.builds(Disruption, st.sampled_from("xyz"), st.sampled_from("abc"), TIMES, DOMAINS), max_size=4
    ).map(tuple),
    started=st.lists(TIMES, max_size=12).map(tuple),
    storm_since=st.none() | TIMES,
    storm_until=st.none() | TIMES,
)
LIMITS = st.builds(
    Limits,
    at_once=SHARES,
    per_hour=st.integers(1, 5),
    per_day=st.integers(1, 9),
    per_fault_domain=st.none() | st.integers(1, 3),
)


def read_or_not[T](values: st.SearchStrategy[T]) -> st.SearchStrategy[Reading[T]]:
    return st.one_of(
        st.builds(Value[T], values, st.just("test"), TIMES),
        st.builds(Failure, st.text(), st.just("test"), TIMES),
    )


SCHEDULERS = st.builds(
    SchedulerState,
    leader=st.just("m"),
    version=st.just("1.5.0"),
    generation=st.just(Generation.MARK_GONE),
    elected_at=TIMES,
    reregister_window=st.just(timedelta(minutes=10)),
    agents=st.lists(AGENTS, max_size=4).map(tuple),
)
OVERRIDES = st.builds(
    Override,
    st.sampled_from(OverrideKind),
    st.sampled_from(["", "private", "a", "i"]),
    st.just("me"),
    st.just(""),
    TIMES,
    st.none() | TIMES,
    st.sampled_from(["", *Remedy]),
)
POOLS = st.builds(
    PoolReadings,
    scale_set=read_or_not(
        st.builds(ScaleSet, st.just(SET), st.integers(-1, 12), st.just("e"), st.just(Provisioning.SUCCEEDED))
    ),
    instances=read_or_not(st.lists(INSTANCES, max_size=12).map(tuple)),
    addresses=read_or_not(st.dictionaries(st.just("1"), st.just("10.0.0.1"))),
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    pool = pool_policy(
        mode=draw(st.sampled_from(Mode)),
        disruption=draw(LIMITS),
        storm=Storm(unhealthy=draw(SHARES)),
    )
    instance, past = draw(st.none() | INSTANCES), draw(st.sampled_from([None, memory(1)]))
    node = Node("a", "private", instance, draw(st.none() | AGENTS), past, None)
    started_at: datetime = draw(TIMES)
    return Question(
        cluster=cluster_policy(pool),
        pool=pool,
        snapshot=Snapshot("prod", started_at, {"private": draw(POOLS)}, draw(read_or_not(SCHEDULERS))),
        tally=draw(TALLIES),
        finding=Finding(node, draw(st.sampled_from(Condition)), 1, "", draw(st.booleans())),
        remedy=draw(st.sampled_from(Remedy)),
        ledger=draw(LEDGERS),
        overrides=draw(st.lists(OVERRIDES, max_size=3)),
        incident=draw(st.sampled_from([None, "i"])),
        operation=draw(st.sampled_from([None, "x", "y"])),
        begun_at=draw(st.none() | TIMES),
        now=NOW,
    )


@given(questions())
def test_every_guard_answers_any_question(question: Question) -> None:
    answers = ask(question, ORDER)
    assert [answer.guard for answer in answers] == [guard.__module__.rpartition(".")[2] for guard in ORDER], (
        "all are asked, whatever the first ones say"
    )
    for answer in answers:
        assert answer.allowed == (answer.reason == "ok")
        assert answer.until is None or (not answer.allowed and answer.until > NOW)


@given(questions())
def test_what_could_not_be_read_is_refused_before_and_after_the_loss(question: Question) -> None:
    pool = question.snapshot.pools["private"]
    readings = (question.snapshot.scheduler, pool.scale_set, pool.instances, pool.addresses)
    if any(isinstance(reading, Failure) for reading in readings):
        assert refusals(ask(question, ORDER))
        assert refusals(ask(question, AFTER_THE_LOSS))


@given(questions())
def test_the_same_question_gets_the_same_answers(question: Question) -> None:
    assert ask(question, ORDER) == ask(question, ORDER)
