"""Who is told of what: the targets of notifications.

A target is named by the app setting that holds its address, never by the address: addresses of chats and pagers hold
keys, and the policy is kept, shown and reviewed. The story goes on in `read_notify.py` (text to these types) and in
`shared/news`, which obeys them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from shared.model.news import NewsKind
from shared.model.signals import Severity
from shared.policy.limits import Between, Written

SETTING = Written(
    r"[A-Z][A-Z0-9_]{0,99}",
    "the name of an app setting, in capitals, digits and '_', like ONCALL_URL; never an address itself",
)
MOST_TARGETS = 10


class About(StrEnum):
    """What somebody may be told of.

    handed_over  a person must look: what was seen, tried, not done, and what to do next; or work fails always
    approval     a remedy waits for somebody's approval; an approval or a pause has run out
    storm        so much fails at once that nothing is touched; and that it is over
    policy       the policy file as it is now is not obeyed
    opened       an incident was opened
    resolved     an incident is over
    operation    an operation was begun, done, withdrawn, or did not help
    step         a step of an operation was done
    person       somebody paused, resumed, approved or rejected
    """

    HANDED_OVER = "handed_over"
    APPROVAL = "approval"
    STORM = "storm"
    POLICY = "policy"
    OPENED = "opened"
    RESOLVED = "resolved"
    OPERATION = "operation"
    STEP = "step"
    PERSON = "person"


KINDS: dict[About, frozenset[NewsKind]] = {
    About.HANDED_OVER: frozenset({NewsKind.INCIDENT_HANDED_OVER, NewsKind.WORK_GIVEN_UP}),
    About.APPROVAL: frozenset({NewsKind.APPROVAL_ASKED, NewsKind.WORD_RAN_OUT}),
    About.STORM: frozenset({NewsKind.STORM_BEGUN, NewsKind.STORM_OVER}),
    About.POLICY: frozenset({NewsKind.POLICY_REJECTED}),
    About.OPENED: frozenset({NewsKind.INCIDENT_OPENED}),
    About.RESOLVED: frozenset({NewsKind.INCIDENT_RESOLVED}),
    About.OPERATION: frozenset(
        {
            NewsKind.OPERATION_BEGUN,
            NewsKind.OPERATION_DONE,
            NewsKind.OPERATION_FAILED,
            NewsKind.OPERATION_WITHDRAWN,
        }
    ),
    About.STEP: frozenset({NewsKind.OPERATION_STEP}),
    About.PERSON: frozenset({NewsKind.PERSON_SPOKE}),
}


class Target(Struct, frozen=True, kw_only=True):
    """Somebody who is told. A list of at most ten; stands at the top of the file, in a cluster, or in a pool, the
    closest list counts as a whole, and `none` is an empty one."""

    to: Annotated[str, SETTING]
    """The name of the app setting that holds the address, in the form of Apprise (caronc/apprise: slack://, msteams://,
    pagerduty://, mailto://, json:// and some hundred others). Let the setting be a reference to a key vault. An address
    itself is refused here, because it holds a key."""

    about: tuple[About, ...] = (About.HANDED_OVER, About.APPROVAL, About.STORM, About.POLICY)
    """What is told. The default is what somebody must know of or answer. Add `resolved` where people wait for the end,
    and `opened` or `operation` for a channel that is read and does not wake anybody."""

    least: Severity = Severity.INFO
    """Nothing below this is told: `info`, `warning` or `critical`. Handed-over incidents, storms and a refused policy
    are critical; approvals and operations that failed are warnings; everything else is info."""

    per_hour: Annotated[int, Between(1, 1000)] = 20
    """How many may be sent to it within an hour, for each cluster. What goes beyond is held back, counted, and told in
    one message when the hour is over. 20 is more than a person reads. Raise it for machines that listen."""

    def wants(self, kind: NewsKind, severity: Severity) -> bool:
        order = list(Severity)
        loud = order.index(severity) >= order.index(self.least)
        return loud and any(kind in KINDS[about] for about in self.about)
