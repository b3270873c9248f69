"""Failover hold-off: a new leader must be given time to hear from its agents.

1. The leader was elected less than the policy's hold-off ago: refuse until that has passed. Agents register again
   one after the other, and Mesos itself gives them `agent_reregister_timeout`, 10 minutes, before it calls any of
   them lost (apache/mesos:docs/configuration/master.md).

Published: after a failover agents rushed the new leader (MESOS-5330); judging them then would have replaced them.
"""

from __future__ import annotations

from shared.model.decisions import Answer
from shared.model.readings import Failure

from .question import Question, allow, refuse

GUARD = "failover"


def ask(question: Question) -> Answer:
    scheduler = question.snapshot.scheduler
    if isinstance(scheduler, Failure):
        return refuse(GUARD, "leader_unread", None, {"why": scheduler.why})
    hold = question.cluster.failover_hold_off
    led = question.now - scheduler.value.elected_at
    numbers = {"led_s": round(led.total_seconds()), "hold_off_s": round(hold.total_seconds())}
    if led < hold:
        return refuse(GUARD, "leader_is_new", scheduler.value.elected_at + hold, numbers)
    return allow(GUARD, numbers)
