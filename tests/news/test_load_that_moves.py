"""What is told of load that is evened out: what was found, what it means to agree, and what to do about a failure."""

from __future__ import annotations

from shared.model.mesos import Amounts
from shared.model.signals import Severity
from tests.news.readers import ALL, ONCALL, Readers
from tests.news.test_pages_at_night import types
from tests.scaling.crowded import Crowded
from tests.scene import SET


def shop(mode: str = "enforce", notify: str = ONCALL) -> tuple[Crowded, Readers]:
    crowded = Crowded(mode=mode)
    crowded.runs("/shop", 1.2, 4, 4, 4, 2)
    return crowded, Readers(crowded, notify)


async def test_who_wants_everything_hears_what_moved_and_what_it_was_good_for() -> None:
    _, readers = shop(notify=f"notify: [{{to: ONCALL_URL, about: {ALL}, per_hour: 100}}]")
    await readers.after(minutes=4)
    short = [title.removeprefix(f"prod: {SET}_3 ") for title in readers.titles]
    assert short[:2] == ["is much fuller than the rest of its pool", "is being helped"]
    assert short[-2:] == ["was helped", "is over"]
    assert "95% before, 65% after: it is on agent-S1" in readers.last.text


async def test_a_proposal_says_which_task_and_what_it_means_to_agree() -> None:
    crowded, readers = shop(mode="propose")
    await readers.after(minutes=3)
    (told,) = readers.notifier.told
    assert "with shop.old-0 of /shop elsewhere it is 65% at most" in told.text
    assert (
        "Proposed is relieve: one task on it is ended and starts anew where Marathon finds room" in told.text
    )
    approve = next(line for line in told.text.splitlines() if line.startswith("Agree:"))
    await types(crowded, approve.replace("Agree:  ", ""))
    await readers.after(minutes=3)
    assert crowded.ended == ["shop.old-0"]


async def test_a_task_that_does_not_start_again_calls_somebody_who_learns_what_to_look_at() -> None:
    crowded, readers = shop()
    crowded.works.largest = Amounts(1.0, 10.0)
    await readers.after(minutes=15)
    (told,) = readers.notifier.told
    assert (told.title, told.severity) == (f"prod: {SET}_3 needs a person", Severity.CRITICAL)
    assert told.text.startswith("await_whole took longer than 600 s: 3 of 4 tasks of /shop are up")
    assert "no task moves in its pool for a day; everything that runs there goes on" in told.text
    assert "See in Marathon why the application that is named is not whole again" in told.text
    await types(crowded, told.text)


async def test_what_did_not_pay_is_told_to_those_who_hear_of_operations() -> None:
    crowded = Crowded()
    crowded.runs("/shop", 1.2, 1, 2)
    crowded.runs("/mill", 2.4, 1, 2)
    readers = Readers(crowded, "notify: [{to: ONCALL_URL, about: [operation]}]")
    await readers.after(minutes=4)
    assert readers.titles[-1] == f"prod: {SET}_0 was not helped"
    assert "it came back to the same agent; that did not pay, and nothing moves in pool" in readers.last.text
