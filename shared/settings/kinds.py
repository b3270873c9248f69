"""The settings as the app has them, by concern. What each means, its form and its default are told in `known.py`, from
where the page of settings comes too.

What only the Functions host reads, out of the triggers in `functions/`, is not here: the event hub of the metrics, and
the schedule of the beat.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

STORAGE = "storage"
"""Stands for a policy that lies in storage, where a file could be named."""


class AlertLogin(Struct, frozen=True):
    """What Alertmanager's `http_config` sends to the door without a function key. Empty: that door stays shut."""

    token: str = ""
    """POOLKEEPER_ALERTMANAGER_TOKEN: a bearer token (`authorization.credentials`). Never shown."""

    user: str = ""
    """POOLKEEPER_ALERTMANAGER_USER: the user name of `basic_auth`."""

    password: str = ""
    """POOLKEEPER_ALERTMANAGER_PASSWORD: its password. Never shown."""

    def __repr__(self) -> str:
        return f"AlertLogin(user={self.user!r}, ...)"


class EntraAccess(Struct, frozen=True):
    """Whose tokens open the API, and the door for Azure Monitor's secure webhook. Without tenant and audience both stay
    shut for them."""

    tenant: str = ""
    """POOLKEEPER_ENTRA_TENANT: the id of our tenant."""

    audiences: frozenset[str] = frozenset()
    """POOLKEEPER_ENTRA_AUDIENCE: the identifier URI or client id of the app registration that stands for this app, or
    both, separated by commas: version 1 tokens carry the one, version 2 tokens the other."""

    caller: str = "461e8683-5575-4561-ac7f-899cc907d62a"
    """POOLKEEPER_ENTRA_CALLER: the application id of who may call. Default: that of Azure Monitor's action groups
    (MicrosoftDocs/azure-monitor-docs, action-groups.md)."""

    authority: str = "https://login.microsoftonline.com"
    """POOLKEEPER_ENTRA_AUTHORITY: where the tenant publishes its keys. Another one in sovereign clouds."""

    @property
    def is_complete(self) -> bool:
        return bool(self.tenant and self.audiences)

    @property
    def issuers(self) -> list[str]:
        """Of version 1 and version 2 tokens."""
        return [f"https://sts.windows.net/{self.tenant}/", f"{self.authority}/{self.tenant}/v2.0"]

    @property
    def keys_url(self) -> str:
        return f"{self.authority}/{self.tenant}/discovery/v2.0/keys"


class ApiKey(Struct, frozen=True):
    """A key for the API, where a token of Entra can't be had. `name` is what the audit has, `role` view, operate or
    approve, `digest` the SHA-256 of the key in hexadecimal: the key itself is nowhere in the app."""

    name: str
    role: str
    digest: str


class DcosPorts(Struct, frozen=True):
    """POOLKEEPER_DCOS_PORTS: where DC/OS's own health is asked, such as `diagnostics=1050,agents=0`; what is not named
    keeps its default. These are DC/OS's own ports (mesosphere/dcos-docs-site
    2.2/installing/production/system-requirements/ports); others are for installations that have moved them."""

    diagnostics: int = 1050
    """dcos-diagnostics on masters, up to 1.9 called 3DT."""

    exhibitor: int = 8181
    """Exhibitor on masters."""

    marathon: int = 8080
    """Marathon on masters."""

    router: int = 80
    """Admin Router on masters: checks, packages, and Exhibitor where it asks for a certificate."""

    agents: int = 61001
    """Admin Router on agents, for the checks of ill ones. 0: agents are not asked for anything, neither there nor at
    their own port, because they can't be reached."""


class TelemetryWay(StrEnum):
    """Where the app tells of its own work."""

    AZURE = "azure"
    OTLP = "otlp"
    CONSOLE = "console"


class Settings(Struct, frozen=True):
    """All settings. `read.from_env` makes them."""

    policy_file: Path
    """Or the word `storage` in its place."""

    storage_connection: str | None
    storage_account: str | None
    """One of the two is there. The connection is never shown."""

    client_id: str | None
    """The user-assigned identity; None for the system-assigned one."""

    arm_endpoint: str | None
    """None: the public cloud."""

    arm_static_token: str | None
    """Never shown."""

    own_ids: frozenset[str]
    """In small letters. Empty: echoes wake a pass that finds nothing."""

    alert_login: AlertLogin = AlertLogin()
    """Who may send alerts without a function key."""

    entra: EntraAccess = EntraAccess()
    """Whose tokens are taken for a login."""

    dcos_ports: DcosPorts = DcosPorts()
    api_keys: tuple[ApiKey, ...] = ()
    """Empty: tokens of Entra alone."""

    event_topic: str | None = None
    """None: nothing is published."""

    sweep: str = ""
    """An NCRONTAB line. Empty: each minute."""

    telemetry: TelemetryWay | None = None
    """None: nowhere."""

    insights: str = ""
    """Never shown."""

    @property
    def is_policy_in_storage(self) -> bool:
        """Whether the policy is the one that was pushed."""
        return self.policy_file.name == STORAGE

    @property
    def installation(self) -> str:
        """The name of our storage account, which only workers of one app share. Empty where none is named."""
        parts = dict(part.partition("=")[::2] for part in (self.storage_connection or "").split(";"))
        emulator = "devstoreaccount1" if parts.get("UseDevelopmentStorage") else ""
        return self.storage_account or parts.get("AccountName") or emulator

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of settings that are never shown, and the keys within them."""
        parts = [
            part.partition("=")[2] for one in (self.storage_connection, self.insights) for part in _keys(one)
        ]
        login = self.alert_login
        return tuple(filter(None, (*parts, self.arm_static_token, login.token, login.password)))

    def __repr__(self) -> str:
        return (
            f"Settings(policy_file={str(self.policy_file)!r}, storage_account={self.storage_account!r}, ...)"
        )


def _keys(connection: str | None) -> list[str]:
    """The parts of a connection string that are keys."""
    parts = (connection or "").split(";")
    return [part for part in parts if part.partition("=")[0].strip().lower().endswith(("key", "signature"))]


def this_process() -> str:
    """A name for this process, for leases: the instance's name in Azure, else the process id."""
    return f"{os.environ.get('WEBSITE_INSTANCE_ID', 'local')[:12]}-{os.getpid()}"
