"""What is asked of the API is answered as from the storage; what can't be asked of it says so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

import msgspec
import pytest

from cli.api_office import ApiOffice
from cli.over_http import TIMES, Asking, Heard, Silent
from cli.trouble import Trouble
from shared.desk import asked as filters
from shared.desk import orders
from shared.desk.told import No, Told
from shared.model.roles import Role
from shared.ports.queues import Queue
from shared.records.quarantine import Quarantine, Quarantined
from tests.api.callers import KEYS, Line, line
from tests.cli.test_people import BECAUSE
from tests.cli.typed import asked, asked_by_api, desk_over, typed, with_the_api_set
from tests.desk.offices import office_of
from tests.scene import SET

NODE = f"{SET}_2"


@dataclass
class Called:
    """A wire to the API of a scene. `lost` answers are carried out, and get lost on the way back."""

    line: Line
    role: Role = Role.APPROVE
    lost: int = 0
    keys: list[str] = field(default_factory=list)

    async def send(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> Heard:
        self.keys += [headers["idempotency-key"]] if "idempotency-key" in headers else []
        sent = {"x-api-key": KEYS[self.role], **headers}
        said = await self.line.send(method, unquote(path), sent, dict(query), body)
        if self.lost:
            self.lost -= 1
            raise Silent("no answer within 30 s")
        return Heard(said.status, said.answer.body)


@dataclass
class Answers:
    """A wire on which always the same comes back."""

    heard: Heard | Silent
    sent: int = 0

    async def send(self, *_: object) -> Heard:
        self.sent += 1
        if isinstance(self.heard, Silent):
            raise self.heard
        return self.heard


async def letter(here: Line) -> None:
    """Something in the quarantine."""
    now, body = here.scene.clock.now(), '{"cluster":"prod","operation":"x"}'
    failed = Quarantined(now, Queue.OPERATIONS.value, "it failed five times", len(body), body)
    await Quarantine(here.scene.store).put("20261122T030000.000000Z-row1", failed, "*")


async def at_once(_: float) -> None:
    """No pause."""


@pytest.mark.parametrize(
    "words",
    [
        ("nodes",),
        ("nodes", "--json"),
        ("nodes", "--condition", "unreachable", "-n", "1"),
        ("operations", "--closed", "--json"),
        ("operations", "--cluster", "prod"),
        ("overrides",),
        ("overrides", "--json"),
        ("nodes", "--cluster", "nobody"),
        ("nodes", "--cluster", "nobody", "--json"),
        ("status",),
        ("status", "--json"),
        ("status", "--cluster", "nobody"),
        ("incidents",),
        ("incidents", "--json"),
        ("incidents", "--closed"),
        ("bodies",),
        ("bodies", "--json"),
        ("explain", "_2"),
        ("explain", "_2", "--json"),
        ("explain", "_9"),
        ("explain", "vmss0_"),
        ("audit", "tail"),
        ("audit", "tail", "-n", "3", "--json"),
        ("audit", "verify", "--json"),
        ("quarantine", "list"),
        ("quarantine", "show", "row1"),
        ("quarantine", "show", "row9"),
    ],
    ids=" ".join,
)
async def test_both_ways_print_the_same(words: tuple[str, ...]) -> None:
    here = await line(mode="propose")
    await asked(here.scene, "pause", "private", *BECAUSE)
    await letter(here)
    by_storage = await asked(here.scene, *words)
    by_api = await asked_by_api(here.scene, Called(here, Role.VIEW), *words)
    assert by_api.stdout == by_storage.stdout
    assert (by_api.exit_code, by_api.stderr) == (by_storage.exit_code, by_storage.stderr)


@pytest.mark.parametrize("name", ["doctor", "policy", "key", "decide", "hear"])
async def test_a_command_that_goes_another_way_says_so_and_does_nothing(name: str) -> None:
    here = await line()
    result = await asked_by_api(here.scene, Called(here), name, "--json")
    assert result.exit_code == 2
    assert f"`{name}` is not asked of the API" in " ".join(result.stderr.split())
    assert msgspec.json.decode(result.stdout)["exit_code"] == 2


@pytest.mark.parametrize("subject", ["", "prod", "private", "_2"])
async def test_a_pause_by_the_api_is_that_of_the_storage_in_the_name_of_the_key(subject: str) -> None:
    here, other = await line(mode="propose"), await line(mode="propose")
    words = [subject] if subject else []
    by_storage = await asked(other.scene, "pause", *words, *BECAUSE, "--json")
    by_api = await asked_by_api(here.scene, Called(here, Role.OPERATE), "pause", *words, *BECAUSE, "--json")
    assert (by_api.stdout, by_api.exit_code) == (by_storage.stdout, 0)
    (said,) = (await office_of(here.scene).overrides("prod", filters.OfOverrides())).items
    assert said.override.who == "key operateer"
    back = await asked_by_api(here.scene, Called(here, Role.OPERATE), "resume", *words)
    assert "is not paused any more" in back.stdout
    again = await asked_by_api(here.scene, Called(here, Role.OPERATE), "resume", *words)
    assert (again.exit_code, "is not paused, so nothing was written" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "told", "code"),
    [
        (("nobody",), "Nothing is known of 'nobody'", 1),
        (("vmss0_",), "Nothing is known of 'vmss0_'", 1),
        (("_1", "--cluster", "nowhere"), "nowhere", 1),
        (("_1", "--who", "bob"), "leave out --who", 2),
        (("_1", "--for", "soon"), "a time (for) is", 2),
    ],
)
async def test_a_pause_of_nobody_writes_nothing(words: tuple[str, ...], told: str, code: int) -> None:
    here = await line()
    result = await asked_by_api(here.scene, Called(here), "pause", *words, *BECAUSE)
    assert (told in " ".join(result.stderr.split()), result.exit_code) == (True, code)
    assert (await office_of(here.scene).overrides("prod", filters.OfOverrides())).items == ()


@pytest.mark.parametrize(
    "words",
    [
        ("approve", "_2", *BECAUSE),
        ("reject", "_2", *BECAUSE, "--for", "2h"),
        ("replace", f"{SET}_1", *BECAUSE),
        ("replace", "_1", *BECAUSE),
        ("size", "set", "private", "--target", "8", *BECAUSE),
        ("size", "set", "private", "--target", "8", "--nodes", "2", *BECAUSE),
        ("size", "clear", "private"),
        ("quarantine", "drop", "row1", *BECAUSE),
        ("quarantine", "replay", "row1", *BECAUSE),
    ],
    ids=" ".join,
)
async def test_what_is_said_comes_to_the_same_by_both_ways(words: tuple[str, ...]) -> None:
    here, other = await line(mode="propose"), await line(mode="propose")
    await letter(here)
    await letter(other)
    by_storage = await asked(other.scene, *words, "--json")
    by_api = await asked_by_api(here.scene, Called(here), *words, "--json")
    assert (by_api.stdout, by_api.stderr) == (by_storage.stdout, by_storage.stderr)
    assert by_api.exit_code == by_storage.exit_code
    mine, theirs = [
        [one.replace("key approveer", "ann") for one in await each.scene.said()] for each in (here, other)
    ]
    assert mine == theirs


async def test_where_the_environment_names_the_api_it_is_asked_and_the_storage_when_that_is_said() -> None:
    here = await line()
    desk, wire = desk_over(here.scene.store, here.scene.clock), Answers(Heard(401, b""))
    for words, times in ((("status",), 1), (("--storage", "status"), 0), (("key", "ben"), 0)):
        wire.sent = 0
        result = await asyncio.to_thread(typed, *words, desk=with_the_api_set(desk, wire))
        assert (wire.sent, result.exit_code) == (times, 3 * times)
    result = await asyncio.to_thread(typed, "--api", "https://app", "--storage", "status", desk=desk)
    assert (result.exit_code, "not both" in result.stderr) == (2, True)


async def test_the_office_tells_what_that_over_the_storage_tells() -> None:
    here = await line(mode="propose")
    there, direct = ApiOffice(Asking(Called(here))), office_of(here.scene)
    (incident,) = (await direct.incidents("prod", filters.OfIncidents())).items
    for subject in (NODE, incident.incident.id):
        assert await there.explain("prod", subject) == await direct.explain("prod", subject)
    assert await there.pools("prod") == await direct.pools("prod")
    assert await there.policy() == await direct.policy()
    assert await there.verified("prod", filters.OfMonths()) == await direct.verified(
        "prod", filters.OfMonths()
    )


async def test_what_is_said_is_written_once_although_its_answer_was_lost() -> None:
    here = await line(mode="propose")
    wire = Called(here, lost=TIMES - 1)
    done = await ApiOffice(Asking(wire, pause=at_once)).hold("prod", NODE, orders.Hold("a look"), "")
    assert (done.undo, len(wire.keys), len(set(wire.keys))) == ("release", TIMES, 1)
    said = (await office_of(here.scene).overrides("prod", filters.OfOverrides())).items
    assert [one.override.subject for one in said] == [NODE]


async def test_a_rehearsal_writes_nothing() -> None:
    here = await line()
    there = ApiOffice(Asking(Called(here)))
    assert (await there.rehearsed().pause("prod", orders.Pause("a look"), "")).says
    assert (await there.overrides("prod", filters.OfOverrides())).items == ()


async def test_a_row_that_was_changed_since_is_not_spoken_about() -> None:
    here = await line(mode="propose")
    there = ApiOffice(Asking(Called(here)))
    (incident,) = (await there.incidents("prod", filters.OfIncidents())).items
    with pytest.raises(Told) as told:
        await there.reject("prod", incident.incident.id, orders.Reject("no"), "", "b2xk")
    assert told.value.kind is No.CHANGED


async def test_who_may_not_say_it_hears_which_role_is_missing() -> None:
    here = await line()
    with pytest.raises(Trouble, match=r"needs operate\. So nothing was done: ask for that role"):
        await ApiOffice(Asking(Called(here, Role.VIEW))).pause("prod", orders.Pause("a look"), "")


@pytest.mark.parametrize(
    ("heard", "told", "times"),
    [
        (Heard(200, b"<html>"), "no API of this version, whether it was done is not known", 1),
        (Heard(302, b""), "answers 302 without saying why, so nothing was done", 1),
        (Heard(401, b""), "does not know these credentials, so nothing was done", 1),
        (Heard(500, b"oops"), "whether it was done is not known", TIMES),
        (Silent("it broke off"), "whether it was done is not known", TIMES),
        (Silent("no connection to app", is_unsent=True), "so nothing was done", TIMES),
    ],
)
async def test_what_stands_in_the_way_is_told_with_what_was_not_done(
    heard: Heard | Silent, told: str, times: int
) -> None:
    wire = Answers(heard)
    with pytest.raises(Trouble, match=told):
        await ApiOffice(Asking(wire, pause=at_once)).pause("prod", orders.Pause("a look"), "")
    assert wire.sent == times
