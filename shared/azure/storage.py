"""What tables and queues share: where the account is, who we are to it, and how long a call may take."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from shared.azure import proxy


class StorageSettings(Struct, frozen=True):
    """A connection string (the emulator, or an account with keys), or the account's URLs and our identity."""

    connection_string: str | None = None
    """Never shown by `repr`: it holds the account's key."""

    tables_url: str | None = None
    """Such as https://ACCOUNT.table.core.windows.net; used when there is no connection string."""

    queues_url: str | None = None

    client_id: str | None = None
    """The client id of a user-assigned identity, see `identity.open_credential`."""

    timeout_s: float = 10.0
    """For one call. Storage answers in milliseconds or is in trouble."""

    prefix: str = ""
    """Put before the name of every table and queue, for several installations in one account: lower-case letters
    and digits, starting with a letter. The queue triggers must use the same names."""

    def __repr__(self) -> str:
        where = self.tables_url or self.queues_url or "a connection string (not shown)"
        return f"StorageSettings({where}, prefix={self.prefix!r}, timeout_s={self.timeout_s:g})"


def for_account(account: str, client_id: str | None = None) -> StorageSettings:
    """The settings for an account of the public cloud by its name, with our identity."""
    return StorageSettings(
        tables_url=f"https://{account}.table.core.windows.net",
        queues_url=f"https://{account}.queue.core.windows.net",
        client_id=client_id,
    )


def client_options(settings: StorageSettings) -> dict[str, Any]:
    """Keyword arguments for every storage client: nothing is repeated behind our back, nothing hangs."""
    return {
        "retry_total": 0,
        "connection_timeout": min(5.0, settings.timeout_s),
        "read_timeout": settings.timeout_s,
        "logging_enable": False,
        "use_env_settings": proxy.is_set(),
    }
