"""A policy that lies in storage instead of in the app's package: put there by `policy push`, read by the app.

With the setting POOLKEEPER_POLICY_FILE=storage the app looks here whenever it would have looked at its file. What it
finds is validated again, and a faulty one is handled as a faulty file is: the last good version stays in force
(`in_force.py`). One row, written on its etag, so that of two people who push at the same time one is told.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from shared.errors import Conflict, Poison
from shared.policy.in_force import PARTITION
from shared.ports.store import Store, Table, Write

PUSHED = "pushed"


class Pushed(Struct, frozen=True):
    """`version` as of `InForce`; `source` is the file's name where it was pushed from."""

    version: str
    source: str
    text: str
    at: datetime
    who: str
    why: str = ""


class Lying(Struct, frozen=True):
    """What lies in storage, and its etag; both None: nothing was ever pushed."""

    pushed: Pushed | None = None
    etag: str | None = None


async def read_pushed(store: Store) -> Lying:
    """`Poison` when another version wrote it."""
    stored = await store.get(Table.POLICY, PARTITION, PUSHED)
    if stored is None:
        return Lying()
    try:
        return Lying(msgspec.json.decode(stored.body, type=Pushed), stored.etag)
    except msgspec.MsgspecError as error:
        raise Poison(f"row {PUSHED} of the Policy table is not what this version writes ({error})") from None


async def put_pushed(store: Store, pushed: Pushed, over: Lying) -> None:
    """`Conflict` when somebody else has pushed since `over` was read."""
    body = msgspec.json.encode(pushed)
    try:
        await store.write(Table.POLICY, PARTITION, Write(PUSHED, body, over.etag))
    except Conflict:
        stored = await store.get(Table.POLICY, PARTITION, PUSHED)
        if stored is None or stored.body != body:  # the same body: our own write, whose answer was lost
            raise


async def pushed_text(store: Store) -> bytes:
    """For the app. `FileNotFoundError` while nothing was ever pushed."""
    try:
        lying = await read_pushed(store)
    except Poison as poison:
        raise OSError(str(poison)) from None
    if lying.pushed is None:
        raise FileNotFoundError(PUSHED)
    return lying.pushed.text.encode()
