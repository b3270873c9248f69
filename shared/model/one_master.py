"""Which master is being worked on: one row per cluster, there exactly as long as the operation runs.

It is inserted in the same transaction as the operation's own row and deleted in the one that closes it, so of two
workers that begin on two masters at the same instant one finds it there, whatever each of them believes.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class OneMaster(Struct, frozen=True):
    operation: str
    node: str
    since: datetime
