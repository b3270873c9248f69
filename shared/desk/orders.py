"""What a person can say or ask for: the words of the actions, and what comes back.

Who says it is not in them: the caller is known from elsewhere. `why` is for everybody who asks later. `duration`, which
is `for` outside, is for how long, such as 45m, 2h or 1d; empty: until it is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field


class Pause(Struct, frozen=True, forbid_unknown_fields=True):
    """`subject` is a pool or a node; empty: the whole cluster."""

    why: str
    subject: str = ""
    duration: str = field(default="", name="for")


class Hold(Struct, frozen=True, forbid_unknown_fields=True):
    """Hands off one node, whatever is wrong with it and whoever wants fewer."""

    why: str
    duration: str = field(default="", name="for")


class Resume(Struct, frozen=True, forbid_unknown_fields=True):
    """`nodes` is how many this sets free, to be said where they are several."""

    why: str = ""
    subject: str = ""
    nodes: int | None = None


class Approve(Struct, frozen=True, forbid_unknown_fields=True):
    """`remedy` empty: the one that waits for it."""

    why: str
    remedy: str = ""
    duration: str = field(default="1h", name="for")


class Reject(Struct, frozen=True, forbid_unknown_fields=True):
    """Until the incident ends, or for a time."""

    why: str
    duration: str = field(default="", name="for")


class SetSize(Struct, frozen=True, forbid_unknown_fields=True):
    """A capacity override: `target` alone, or `min`, or `max`, or both of these, within the policy's capacity. `nodes`
    is how many machines come or go by it, to be said where they are several."""

    why: str
    min: int | None = None
    max: int | None = None
    target: int | None = None
    duration: str = field(default="", name="for")
    nodes: int | None = None


class ClearSize(Struct, frozen=True, forbid_unknown_fields=True):
    """What was said about the size does not count any more. `nodes` as with `SetSize`."""

    why: str = ""
    nodes: int | None = None


class Replace(Struct, frozen=True, forbid_unknown_fields=True):
    """Another machine in this one's place. `node` is its whole name once more, so that nobody's is meant by mistake."""

    why: str
    node: str


class Keep(Struct, frozen=True, forbid_unknown_fields=True):
    """What was said of one node does not count any more."""

    why: str


class Replay(Struct, frozen=True, forbid_unknown_fields=True):
    """`again`: also when it was replayed before."""

    why: str
    again: bool = False


class Drop(Struct, frozen=True, forbid_unknown_fields=True):
    """Out of the quarantine for good."""

    why: str


class Rehearse(Struct, frozen=True, forbid_unknown_fields=True):
    """`rehearse`: answer what would come of it, and do nothing."""

    rehearse: bool = False


class Nodes(Struct, frozen=True):
    """`names` in their order, the first `MOST_NAMES` of `count`."""

    names: tuple[str, ...] = ()
    count: int = 0


MOST_NAMES = 1000


def nodes_of(names: Iterable[str]) -> Nodes:
    found = sorted(names)
    return Nodes(tuple(found[:MOST_NAMES]), len(found))


class Done(Struct, frozen=True, kw_only=True):
    """What came of it. `touches` is what it is about, `nodes` the machines for which it makes a difference at once
    (none where they are chosen later); `says` what happens now, in sentences; `final` what of it can't be undone,
    `undo` what takes it back (empty: nothing does), `follow` the resource where it can be followed, as a path without a
    host. `woken`: the app knows already; else it looks within a minute."""

    touches: str
    nodes: Nodes = Nodes()
    says: tuple[str, ...]
    final: str = ""
    undo: str = ""
    follow: str = ""
    woken: bool = True
