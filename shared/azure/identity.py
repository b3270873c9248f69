"""Who we are, for services that ask for a token.

In Azure that is the app's managed identity, and no key exists that could leak. On an operator's machine it is
whatever azure-identity finds there, the Azure CLI's login for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential


def open_credential(client_id: str | None) -> AsyncTokenCredential:
    """The managed identity with `client_id` when there is one, else what azure-identity's default chain finds (the
    system-assigned identity, environment, Azure CLI). The caller closes it. Nothing is asked of the network yet."""
    from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential

    if client_id is not None:
        return ManagedIdentityCredential(client_id=client_id)
    return DefaultAzureCredential()
