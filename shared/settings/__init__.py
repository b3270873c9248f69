"""Settings of this installation: where things are and who we are. What is wanted of clusters is in the policy.

known    every setting, with meaning, form, default, when to change it; see docs/settings.md
setting, places, callers  the entries of that list
forms, entries  how values may look
read     environment variables -> `Settings`, or all faults at once
faults   what is wrong, in sentences without secrets
kinds    the settings as the app has them
"""

from __future__ import annotations

from .faults import BadSettings, Fault
from .kinds import (
    STORAGE,
    AlertLogin,
    ApiKey,
    DcosPorts,
    EntraAccess,
    Settings,
    TelemetryWay,
    this_process,
)
from .read import from_env, unread
from .unwise import Advice, advice

__all__ = [
    "STORAGE",
    "Advice",
    "AlertLogin",
    "ApiKey",
    "BadSettings",
    "DcosPorts",
    "EntraAccess",
    "Fault",
    "Settings",
    "TelemetryWay",
    "advice",
    "from_env",
    "this_process",
    "unread",
]
