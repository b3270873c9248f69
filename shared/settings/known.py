"""Every setting that this app or its triggers know: what it means, how it has to look, when to change it.

This is the one place. `read.py` checks values by it, `docs/settings.md` and the sample for Core Tools are made of it
(`python -m tests.settings.page`), and tests hold it against the code, the templates and the triggers. Settings that the
policy names, for addresses and keys of others, are whatever people call them, and are not here.
"""

from __future__ import annotations

from .callers import LOGINS
from .places import AZURE, DCOS, METRICS, PACE, STORAGE, TELLING
from .setting import Setting

SECTIONS: tuple[tuple[str, tuple[Setting, ...]], ...] = (
    ("Where it keeps what it knows", STORAGE),
    ("When it wakes", PACE),
    ("Azure", AZURE),
    ("Who may call", LOGINS),
    ("DC/OS", DCOS),
    ("Metrics", METRICS),
    ("Telemetry", TELLING),
)
KNOWN = {setting.name: setting for _, settings in SECTIONS for setting in settings}

OF_THE_HOST = {
    "FUNCTIONS_WORKER_RUNTIME": "`python`; on a computer alone. In Azure the plan says it",
    "POOLKEEPER_EVENT_HUB_CONNECTION": "a connection string for the event hub, where it is not reached by identity",
    "POOLKEEPER_EVENT_HUB_CONNECTION__credential": "see above",
    "POOLKEEPER_EVENT_HUB_CONNECTION__clientId": "see above",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "with which identity the host writes its log",
    "AzureFunctionsJobHost__extensions__queues__maxPollingInterval": "in Azure instead of what `host.json` says: "
    "`00:00:03`, for each look into an empty queue is [charged](cost.md)",
}
"""Settings that need no words of their own."""

OF_AZD = (
    "POOLKEEPER_APP_ID",
    "POOLKEEPER_URI",
    "POOLKEEPER_STORAGE_ACCOUNT",
    "POOLKEEPER_CLUSTER_RESOURCE_GROUPS",
    "POOLKEEPER_SUBNET_ID",
    "POOLKEEPER_PEOPLE",
    "POOLKEEPER_VAULT",
    "POOLKEEPER_PRINCIPAL_ID",
    "POOLKEEPER_ROLE_ID",
)
"""What `azd` keeps in its environment, for the templates: nobody means a setting by them."""
