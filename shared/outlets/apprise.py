"""Notifications through Apprise, which speaks to some hundred services: Teams, Slack, PagerDuty, mail, a webhook.

The address of a target is in an app setting and holds a key. It goes from there to Apprise and nowhere else: Apprise's
own log, which shows addresses when it is in detail, is off, and what goes wrong is told by the setting's name.

Apprise says only whether something was taken, not why it was not; so everything but a missing or unreadable address
may pass, and is tried again.
Source: caronc/apprise, README.md ("Developer API Usage").
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from shared.errors import Refused, Retry
from shared.model.signals import Severity
from shared.ports.notifier import Notifier

LONGEST_S = 20.0
AGAIN = timedelta(minutes=1)
LONGEST_TEXT = 8000  # characters; Apprise shortens or splits further where a service takes less


class AppriseNotifier(Notifier):
    """`setting` gives the value of an app setting, or None."""

    def __init__(self, setting: Callable[[str], str | None], longest_s: float = LONGEST_S) -> None:
        self._setting, self._longest_s = setting, longest_s

    async def send(self, to: str, severity: Severity, title: str, text: str) -> None:
        address = (self._setting(to) or "").strip()
        if not address:
            raise Refused("notifier", "no_address", {"setting": to})
        if address.startswith("@Microsoft.KeyVault"):  # what the platform leaves when it cannot resolve it
            raise Refused("notifier", "key_vault_reference_not_resolved", {"setting": to})
        logger = logging.getLogger("apprise")
        logger.addHandler(logging.NullHandler())
        logger.propagate = False  # before it is imported: it writes addresses with their keys

        import apprise

        logger.disabled = True
        kinds = {
            Severity.INFO: apprise.NotifyType.INFO,
            Severity.WARNING: apprise.NotifyType.WARNING,
            Severity.CRITICAL: apprise.NotifyType.FAILURE,
        }
        speaker = apprise.Apprise()
        if not speaker.add(address):
            raise Refused("notifier", "address_not_understood", {"setting": to})
        try:
            async with asyncio.timeout(self._longest_s):
                taken = await speaker.async_notify(
                    body=text[:LONGEST_TEXT],
                    title=title,
                    notify_type=kinds[severity],
                    body_format=apprise.NotifyFormat.TEXT,
                )
        except TimeoutError:
            raise Retry(f"whoever {to} names took longer than {self._longest_s:g} s", AGAIN) from None
        if not taken:
            raise Retry(f"whoever {to} names did not take the message", AGAIN)
