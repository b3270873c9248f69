"""Settings of this installation, by concern, each with its unit, default and reason.

They come from the app's settings (environment variables) and say where things are and who we are. What is wanted of
clusters is not here but in the policy. Nor is what only the Functions host reads, out of the triggers in `functions/`:
the event hub of the metrics, and the schedule of glances (POOLKEEPER_GLANCE, each 15 s).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from shared.errors import Refused


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
    """Whose tokens open the door for Azure Monitor's secure webhook. Without tenant and audience it stays shut."""

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


class Settings(Struct, frozen=True):
    """All settings. `from_env` reads them and fails early."""

    policy_file: Path
    """POOLKEEPER_POLICY_FILE: the policy, relative to the app's directory. Default `policy.yaml`. Read again whenever
    it changes. The iCalendar files that it names lie beside it."""

    storage_connection: str | None
    """AzureWebJobsStorage: connection string of the storage account, for the emulator or an account with keys. None
    with an identity-based connection. Never shown."""

    storage_account: str | None
    """AzureWebJobsStorage__accountName: the account's name, reached with our identity."""

    client_id: str | None
    """AzureWebJobsStorage__clientId: the user-assigned identity; None for the system-assigned one."""

    arm_endpoint: str | None
    """POOLKEEPER_ARM_ENDPOINT: another Azure Resource Manager than the public cloud's, such as the simulator or a
    sovereign cloud. None: the public cloud."""

    arm_static_token: str | None
    """POOLKEEPER_ARM_STATIC_TOKEN: a fixed token instead of an identity, for the simulator alone. Never shown."""

    own_ids: frozenset[str]
    """POOLKEEPER_OWN_IDS: our identity's object id and application id, separated by commas. Events about our own calls
    carry them, and are known as echoes by them. Empty: echoes wake a pass that finds nothing."""

    alert_login: AlertLogin = AlertLogin()
    """Who may send alerts without a function key."""

    entra: EntraAccess = EntraAccess()
    """Whose tokens are taken for a login."""

    dcos_ports: DcosPorts = DcosPorts()
    """Where DC/OS's own health is asked."""

    event_topic: str | None = None
    """POOLKEEPER_EVENT_TOPIC: the endpoint of an Event Grid topic in the CloudEvents schema, to which our own lifecycle
    events are published with our identity. None: nothing is published."""

    sweep: str = ""
    """POOLKEEPER_SWEEP: the NCRONTAB schedule of the sweep, which the host obeys; here so that `status` can tell when
    some are missed."""

    @property
    def installation(self) -> str:
        """The name of our storage account, which only workers of one app share. Empty where none is named."""
        parts = dict(part.partition("=")[::2] for part in (self.storage_connection or "").split(";"))
        emulator = "devstoreaccount1" if parts.get("UseDevelopmentStorage") else ""
        return self.storage_account or parts.get("AccountName") or emulator

    def __repr__(self) -> str:
        return (
            f"Settings(policy_file={str(self.policy_file)!r}, storage_account={self.storage_account!r}, ...)"
        )


def from_env(env: Mapping[str, str], app_directory: Path) -> Settings:
    """`Refused` names the setting that is missing."""
    connection, account = env.get("AzureWebJobsStorage"), env.get("AzureWebJobsStorage__accountName")
    if not connection and not account:
        raise Refused(
            "settings", "no_storage", {"missing": "AzureWebJobsStorage or AzureWebJobsStorage__accountName"}
        )
    own = env.get("POOLKEEPER_OWN_IDS", "")
    return Settings(
        policy_file=app_directory / env.get("POOLKEEPER_POLICY_FILE", "policy.yaml"),
        storage_connection=connection or None,
        storage_account=account or None,
        client_id=env.get("AzureWebJobsStorage__clientId") or None,
        arm_endpoint=env.get("POOLKEEPER_ARM_ENDPOINT") or None,
        arm_static_token=env.get("POOLKEEPER_ARM_STATIC_TOKEN") or None,
        own_ids=frozenset(part.lower() for part in _listed(own)),
        alert_login=AlertLogin(
            env.get("POOLKEEPER_ALERTMANAGER_TOKEN", ""),
            env.get("POOLKEEPER_ALERTMANAGER_USER", ""),
            env.get("POOLKEEPER_ALERTMANAGER_PASSWORD", ""),
        ),
        entra=EntraAccess(
            env.get("POOLKEEPER_ENTRA_TENANT", "").strip(),
            frozenset(_listed(env.get("POOLKEEPER_ENTRA_AUDIENCE", ""))),
            env.get("POOLKEEPER_ENTRA_CALLER") or EntraAccess().caller,
            (env.get("POOLKEEPER_ENTRA_AUTHORITY") or EntraAccess().authority).rstrip("/"),
        ),
        dcos_ports=_ports(env.get("POOLKEEPER_DCOS_PORTS", "")),
        event_topic=env.get("POOLKEEPER_EVENT_TOPIC", "").strip() or None,
        sweep=env.get("POOLKEEPER_SWEEP", "").strip(),
    )


def _ports(text: str) -> DcosPorts:
    known = DcosPorts.__struct_fields__
    given: dict[str, int] = {}
    for part in _listed(text):
        name, _, number = (word.strip() for word in part.partition("="))
        least = 0 if name == "agents" else 1
        if name not in known or not re.fullmatch(r"[0-9]{1,5}", number) or not least <= int(number) <= 65535:
            allowed = f"NAME=PORT, separated by commas, with the names {', '.join(known)}"
            raise Refused(
                "settings",
                "bad_ports",
                {"setting": "POOLKEEPER_DCOS_PORTS", "found": part, "allowed": allowed},
            )
        given[name] = int(number)
    return DcosPorts(**given)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def this_process() -> str:
    """A name for this process, for leases: the instance's name in Azure, else the process id."""
    return f"{os.environ.get('WEBSITE_INSTANCE_ID', 'local')[:12]}-{os.getpid()}"
