"""`bodies`: the failed machines that are kept, powered off, for somebody to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cli.speech import indented, say, styled
from shared.desk.bodies import KeptBody
from shared.desk.words import clock_time, due
from shared.model.bodies import Body
from shared.news.words import COMMAND


def show_bodies(found: Sequence[KeptBody], now: datetime) -> None:
    if not found:
        say("No failed machine is kept. `repair.keep_body` in the policy says for how long one is.")
    for one in found:
        body = one.body
        where = f"  in {one.cluster}/{one.pool}, instance {body.instance_id}, address {body.address or '?'}"
        say(styled((body.node, "bold"), where), indented(_state(body, now), 4), indented(body.because, 4))
        say(indented(f"{COMMAND} explain {body.incident}", 4))


def _state(body: Body, now: datetime) -> str:
    if body.destroyed_at is not None:
        return f"its deletion was ordered {clock_time(body.destroyed_at)}"
    if body.kept_at is None:
        return "being powered off"
    until = f"kept until {clock_time(body.until)} ({due(body.until, now)})"
    return f"{until}; {body.held}" if body.held else until
