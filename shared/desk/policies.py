"""The policy as it is obeyed: its text, what has changed by it, and what is wrong with a file that is not obeyed.

It is of all clusters together, as the file is. Addresses and keys are in app settings and never in a policy, so its
text may be shown to everybody who may see anything.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from shared.policy.differ import Difference, differ
from shared.policy.faults import PolicyError
from shared.policy.in_force import BEFORE, LAST_GOOD, REJECTED, LastGood, Rejected
from shared.policy.load import load
from shared.ports.store import Store

from .archive import policy_row


class Earlier(Struct, frozen=True):
    """The policy before: in force from `since`, until the present one came. `difference` None: this version of the app
    reads one of them no more."""

    version: str
    since: datetime
    difference: Difference | None


class PolicyView(Struct, frozen=True, kw_only=True):
    """`good` is in force since its `at`; None: no file was ever valid here, and nothing is done. `rejected` is there
    while the file as it is now has faults, and is not obeyed. `earlier` None: there was none, or it is not known."""

    good: LastGood | None
    rejected: Rejected | None
    earlier: Earlier | None


async def policy_view(store: Store) -> PolicyView:
    """`Told` when another version wrote it."""
    good = await policy_row(store, LAST_GOOD, LastGood)
    before = await policy_row(store, BEFORE, LastGood)
    earlier = Earlier(before.version, before.at, _difference(before, good)) if before and good else None
    return PolicyView(good=good, rejected=await policy_row(store, REJECTED, Rejected), earlier=earlier)


def _difference(before: LastGood, good: LastGood) -> Difference | None:
    try:
        return differ(load(before.text, before.source), load(good.text, good.source))
    except PolicyError:
        return None
