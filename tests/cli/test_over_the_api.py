"""What is asked of the API is answered as from the storage; what can't be asked of it says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from cli.api_office import ApiOffice
from cli.over_http import TIMES, Asking, Heard, Silent
from cli.trouble import Trouble
from cli.wire import opened_wire, root_of
from shared.desk import asked as filters
from shared.desk import orders
from shared.desk.told import No, Told
from shared.model.roles import Role
from tests.api.callers import KEYS, Line, line
from tests.cli.test_people import BECAUSE
from tests.cli.typed import asked, asked_by_api
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
    ],
)
async def test_both_ways_print_the_same(words: tuple[str, ...]) -> None:
    here = await line(mode="propose")
    await asked(here.scene, "pause", "private", *BECAUSE)
    by_storage = await asked(here.scene, *words)
    by_api = await asked_by_api(here.scene, Called(here, Role.VIEW), *words)
    assert by_api.stdout == by_storage.stdout
    assert (by_api.exit_code, by_api.stderr) == (by_storage.exit_code, by_storage.stderr)


@pytest.mark.parametrize("name", ["status", "doctor", "approve", "policy", "key"])
async def test_a_command_of_the_storage_says_so_and_does_nothing(name: str) -> None:
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
        (("nobody",), "Nothing is called 'nobody' in prod", 1),
        (("vmss0_",), "Nothing is called 'vmss0_' in prod", 1),
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


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("https://app.azurewebsites.net", "https://app.azurewebsites.net/api/v1"),
        ("https://app.azurewebsites.net/api/v1/", "https://app.azurewebsites.net/api/v1"),
        ("http://127.0.0.1:7071", "http://127.0.0.1:7071/api/v1"),
    ],
)
def test_the_root_is_found_by_the_address_of_the_app(address: str, root: str) -> None:
    assert root_of(address) == root


@pytest.mark.parametrize("address", ["http://app", "app", "ftp://app", "https://ann:x@app", "https://["])
def test_credentials_go_nowhere_else(address: str) -> None:
    with pytest.raises(Trouble, match=r"[Nn]othing was asked"):
        root_of(address)


async def test_the_wire_sends_the_key_and_quoted_names_and_follows_no_redirection() -> None:
    heard: list[tuple[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append((request.raw_path, request.headers["x-api-key"]))
        return web.Response(status=302, headers={"location": "/elsewhere"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        async with opened_wire(str(server.make_url("/")), {"POOLKEEPER_MY_KEY": "a-key"}) as wire:
            got = await wire.send("GET", "clusters/a%2Fb%20c", {"text": "x y"}, {}, b"")
        address = str(server.make_url("/"))
    assert (got.status, heard) == (302, [("/api/v1/clusters/a%2Fb%20c?text=x+y", "a-key")])
    async with opened_wire(address, {"POOLKEEPER_MY_KEY": "a-key"}) as wire:
        with pytest.raises(Silent, match="no connection to 127") as silent:
            await wire.send("GET", "me", {}, {}, b"")
    assert silent.value.is_unsent


async def test_nobody_is_asked_without_credentials() -> None:
    with pytest.raises(Trouble, match="POOLKEEPER_MY_KEY"):
        async with opened_wire("https://app", {}):
            pass
