"""Who leads? Asks every configured master at once and weighs what they say.

The leading master answers GET_MASTER (Mesos 1.1 and later) with its own id; each other one redirects to the leader
(307), or has no word (503 while it recovers, no answer when it is down). Mesos 1.0 does not know that call and
answers 400; there `/state` says the same. The id is made when the master process starts and a process leads at most
once (it exits when it loses leadership), so the id names the election. Sources: apache/mesos:src/master/http.cpp,
apache/mesos:docs/operator-http-api.md.

The rules, in order:
 1. Two different ids that claim to lead: nobody is believed.
 2. One claims to lead and another configured master names a third as the leader: nobody is believed.
 3. One claims to lead: it leads.
 4. None claims, but one is named that is configured: it does not answer, so wait for it or its successor.
 5. None claims, and the one named is not configured: the policy's masters need correcting.
 6. Otherwise no master leads or answers.

A silent master costs at most `PROBE_TIMEOUT_S`, and only until a leader is known: as soon as the same leader as last
time has answered, the others get `SETTLE_S` more to object.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.dcos.masters import (
    AGAIN,
    PROBE_TIMEOUT_S,
    REDIRECTS,
    UNREADABLE,
    Masters,
    address,
    location,
    shown,
)
from shared.errors import Retry, with_detail
from shared.ports.http import HttpAnswer

SETTLE_S = 0.25
UNANSWERED = "does not answer"
NOT_KNOWN = frozenset({400, 404, 405, 501})


class Leader(Struct, frozen=True):
    """A master that claims to lead. `master` is the configured `host:port`, `election` its id; `elected` is in
    seconds since 1970 and given by Mesos 1.7 and later in GET_MASTER. `known_as` are its own names, `answered_at` is
    the time by its clock."""

    master: str
    election: str
    version: str
    elected: float | None
    capabilities: frozenset[str] | None
    known_as: frozenset[str]
    has_v1: bool
    answered_at: datetime | None = None


class Points(Struct, frozen=True):
    """A master that does not lead, and whom it names."""

    to: str


class Silent(Struct, frozen=True):
    """A master that said nothing of use: in a few words, and exactly what happened."""

    why: str
    detail: str = ""


type Word = Leader | Points | Silent
type _Reader = Callable[[str, bytes], Word]


class _Capability(Struct):
    type: str = ""


class _Info(Struct):
    id: str
    pid: str = ""
    version: str = ""
    hostname: str = ""
    port: int = 5050
    capabilities: tuple[_Capability, ...] | None = None


class _GetMaster(Struct):
    master_info: _Info
    elected_time: float | None = None


class _MasterAnswer(Struct):
    get_master: _GetMaster


class _State(Struct):
    id: str
    pid: str
    version: str
    leader: str = ""
    elected_time: float | None = None


_master_answer = msgspec.json.Decoder(_MasterAnswer)
_state = msgspec.json.Decoder(_State)


class LeaderSearch:
    """Finds the leader among `masters` and remembers it."""

    def __init__(self, masters: Masters, addresses: Iterable[str]) -> None:
        self._masters = masters
        self._addresses = tuple(dict.fromkeys(address(one) for one in addresses))
        if not self._addresses:
            raise ValueError("a cluster without masters can't be read")
        self.last: Leader | None = None
        """Who led when it was last looked for."""

    async def find(self) -> Leader:
        """The leader, or `Retry` with a sentence that says who answered what."""
        words = await self._ask_all()
        leader = weigh(words)
        self.last = leader
        return leader

    async def _ask_all(self) -> dict[str, Word]:
        asked = {asyncio.create_task(self.ask(one)): one for one in self._addresses}
        pending = set(asked)
        words: dict[str, Word] = {}
        try:
            while pending:
                patience = SETTLE_S if self._recognised(words) else None
                done, pending = await asyncio.wait(
                    pending, timeout=patience, return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    break
                words |= {asked[task]: task.result() for task in done}
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
        return {one: words.get(one, Silent("gave no answer yet")) for one in self._addresses}

    def _recognised(self, words: dict[str, Word]) -> bool:
        """Has the leader of last time answered, and still leads?"""
        last = self.last
        return last is not None and any(
            isinstance(word, Leader) and word.election == last.election for word in words.values()
        )

    async def ask(self, master: str) -> Word:
        """One master's word, from GET_MASTER or, where that is not known, from `/state`."""
        try:
            answer = await self._masters.send(master, "/api/v1", {"type": "GET_MASTER"}, PROBE_TIMEOUT_S)
            if answer.status not in NOT_KNOWN:
                return _word(master, answer, _from_v1)
            answer = await self._masters.send(master, "/state", timeout_s=PROBE_TIMEOUT_S)
            return _word(master, answer, _from_state)
        except OSError as error:  # TimeoutError and ConnectionError are OSErrors
            return Silent(UNANSWERED, str(error))


def _word(master: str, answer: HttpAnswer, read: _Reader) -> Word:
    if answer.status in REDIRECTS:
        named = location(answer)
        return Points(named) if named else Silent("redirects to nowhere")
    if answer.status in {401, 403}:
        return Silent(f"asks for a login, which this version does not have: {shown(answer)}")
    if answer.status != 200:
        return Silent(f"answers {shown(answer)}")
    try:
        said = read(master, answer.body)
    except UNREADABLE as error:
        return Silent(f"answers something malformed ({error})")
    return replace(said, answered_at=_date_of(answer)) if isinstance(said, Leader) else said


def _date_of(answer: HttpAnswer) -> datetime | None:
    """Every answer of Mesos has it (apache/mesos:3rdparty/libprocess/src/encoder.hpp); a proxy may have left it out."""
    try:
        date = parsedate_to_datetime(answer.headers.get("date", ""))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def _from_v1(master: str, body: bytes) -> Word:
    answer = _master_answer.decode(body).get_master
    info = answer.master_info
    capabilities = None if info.capabilities is None else frozenset(one.type for one in info.capabilities)
    return Leader(
        master=master,
        election=info.id,
        version=info.version,
        elected=answer.elected_time,
        capabilities=capabilities,
        known_as=frozenset({master, address(f"{info.hostname}:{info.port}"), _of_pid(info.pid)}),
        has_v1=True,
    )


def _from_state(master: str, body: bytes) -> Word:
    """Masters before Mesos 1.0 answer `/state` also when another leads, so the leader's address is compared."""
    state = _state.decode(body)
    if not state.leader:
        return Silent("knows of no leader")
    if state.leader != state.pid:
        return Points(_of_pid(state.leader))
    return Leader(
        master=master,
        election=state.id,
        version=state.version,
        elected=state.elected_time,
        capabilities=None,
        known_as=frozenset({master, _of_pid(state.pid)}),
        has_v1=False,
    )


def _of_pid(pid: str) -> str:
    """`10.0.0.5:5050` of `master@10.0.0.5:5050`."""
    return address(pid.rpartition("@")[2])


def weigh(words: dict[str, Word]) -> Leader:
    """The leader by the rules at the top of this file, or `Retry`."""
    claims = {word.election: word for word in words.values() if isinstance(word, Leader)}
    named = {master: word.to for master, word in words.items() if isinstance(word, Points)}
    if len(claims) > 1:
        raise _retry(f"masters {_and(word.master for word in claims.values())} all claim to lead")
    for leader in claims.values():
        for master, other in named.items():
            if other in words and other not in leader.known_as:
                raise _retry(f"master {leader.master} claims to lead, but {master} names {other}")
        return leader
    for master, other in named.items():
        if other in words:
            raise _retry(f"master {master} names {other} as the leader, which {_said(words[other])}")
    if named:
        raise Retry(
            f"master {_and(named)} names {_and(named.values())} as the leader, which is not among the masters of "
            f"the policy ({_and(words)}); give the masters there as they announce themselves",
            timedelta(seconds=60),
        )
    raise _retry(f"no master leads: {_silence(words)}")


def _silence(words: dict[str, Word]) -> str:
    """That none answers, as is when we are cut off ourselves; or what each of them says."""
    details = [word.detail for word in words.values() if isinstance(word, Silent) and word.why == UNANSWERED]
    if len(details) < len(words):
        return "; ".join(f"{master} {_said(word)}" for master, word in words.items())
    return with_detail(f"none of {_and(words)} answers", "; ".join(details))


def _said(word: Word) -> str:
    match word:
        case Silent(why, detail):
            return with_detail(why, detail)
        case Points(to):
            return f"names {to}"
        case Leader():
            return "leads"


def _and(names: Iterable[str]) -> str:
    """`a, b and c`, each once."""
    *others, last = dict.fromkeys(names)
    return f"{', '.join(others)} and {last}" if others else last


def _retry(why: str) -> Retry:
    return Retry(why, AGAIN)
