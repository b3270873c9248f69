"""Settings of this installation, by concern, each with its unit, default and reason.

They come from the app's settings (environment variables) and say where things are and who we are. What is wanted of
clusters is not here but in the policy.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from shared.errors import Refused


class Settings(Struct, frozen=True):
    """All settings. `from_env` reads them and fails early."""

    policy_file: Path
    """POOLKEEPER_POLICY_FILE: the policy, relative to the app's directory. Default `policy.yaml`. Read again whenever
    it changes."""

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
        own_ids=frozenset(part.strip().lower() for part in own.split(",") if part.strip()),
    )


def this_process() -> str:
    """A name for this process, for leases: the instance's name in Azure, else the process id."""
    return f"{os.environ.get('WEBSITE_INSTANCE_ID', 'local')[:12]}-{os.getpid()}"
