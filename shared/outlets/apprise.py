"""Notifications through Apprise, which speaks to some hundred services: Teams, Slack, PagerDuty, mail, a webhook.

The address of a target is in an app setting and holds a key. It goes from there to Apprise and nowhere else: Apprise's
own log, which shows addresses when it is in detail, is off, and what goes wrong is told by the setting's name.

Apprise sends in threads of its own, so that whoever hangs takes none that anybody else waits for.

Apprise says only whether something was taken, not why it was not; so everything but a missing or unreadable address
may pass, and is tried again.
Source: caronc/apprise, README.md ("Developer API Usage").
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.errors import Refused, Retry
from shared.model.signals import Severity
from shared.ports.notifier import Notifier

if TYPE_CHECKING:
    import apprise

LONGEST_S = 20.0
AGAIN = timedelta(minutes=1)
LONGEST_TEXT = 8000  # characters; Apprise shortens or splits further where a service takes less

KINDS = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "failure"}
"""Apprise's words (`apprise.NotifyType`)."""


class AppriseNotifier(Notifier):
    """`setting` gives the value of an app setting, or None."""

    def __init__(self, setting: Callable[[str], str | None], longest_s: float = LONGEST_S) -> None:
        self._setting, self._longest_s = setting, longest_s
        self._loading = asyncio.Lock()

    async def send(self, to: str, severity: Severity, title: str, text: str) -> None:
        address = (self._setting(to) or "").strip()
        if not address:
            raise Refused("notifier", "no_address", {"setting": to})
        if address.startswith("@Microsoft.KeyVault"):  # what the platform leaves when it cannot resolve it
            raise Refused("notifier", "key_vault_reference_not_resolved", {"setting": to})
        async with self._loading:
            speaker = await asyncio.to_thread(_speaker, address)
        if speaker is None:
            raise Refused("notifier", "address_not_understood", {"setting": to})
        try:
            async with asyncio.timeout(self._longest_s):
                taken = await speaker.async_notify(
                    body=text[:LONGEST_TEXT],
                    title=title,
                    notify_type=KINDS[severity],
                    body_format="text",
                )
        except TimeoutError:
            raise Retry(f"whoever {to} names took longer than {self._longest_s:g} s", AGAIN) from None
        if not taken:
            raise Retry(f"whoever {to} names did not take the message", AGAIN)


def _speaker(address: str) -> apprise.Apprise | None:
    """Who speaks to this address; None when Apprise does not understand it. The first call loads Apprise with all of
    its services, for a second or two: not in the thread in which machines are healed."""
    logger = logging.getLogger("apprise")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False  # before it is imported: it writes addresses with their keys

    import apprise

    logger.disabled = True
    speaker = apprise.Apprise()
    return speaker if speaker.add(address) else None
