"""Settings that say who may call. As long as none is set, their doors stay shut."""

from __future__ import annotations

from . import forms
from .entries import api_keys
from .kinds import EntraAccess
from .setting import Setting

LOGINS = (
    Setting(
        name="POOLKEEPER_ALERTMANAGER_TOKEN",
        meaning="The bearer token with which Alertmanager sends alerts (`authorization.credentials`).",
        form="a word of your own making",
        default="none: the door stays shut, as long as there is no user either",
        change="where Alertmanager is to send alerts without a function key in its URL.",
        type="@Microsoft.KeyVault(SecretUri=https://VAULT.vault.azure.net/secrets/alertmanager-token)",
        check=forms.one_word,
        is_secret=True,
    ),
    Setting(
        name="POOLKEEPER_ALERTMANAGER_USER",
        meaning="The same with a user name (`basic_auth`), for senders that know no bearer tokens.",
        form="a word without a colon",
        default="none",
        change="instead of the token, together with the password.",
        type="alertmanager",
        check=forms.user,
    ),
    Setting(
        name="POOLKEEPER_ALERTMANAGER_PASSWORD",
        meaning="The password of that user.",
        form="a word of your own making",
        default="none",
        change="together with the user.",
        type="@Microsoft.KeyVault(SecretUri=https://VAULT.vault.azure.net/secrets/alertmanager-password)",
        check=forms.one_word,
        is_secret=True,
    ),
    Setting(
        name="POOLKEEPER_ENTRA_TENANT",
        meaning="Whose tokens open the API, and the door for Azure Monitor's secure webhook: the id of your tenant.",
        form="id (GUID)",
        default="none: no token opens anything",
        change="to let people in by their own accounts; together with the next one.",
        type="00000000-0000-0000-0000-000000000000",
        check=forms.guid,
    ),
    Setting(
        name="POOLKEEPER_ENTRA_AUDIENCE",
        meaning="The app registration that stands for this app: its identifier URI, its client id, or both. Version 1 "
        "tokens bear the one, version 2 tokens the other.",
        form="words, separated by commas",
        default="none: no token opens anything",
        change="together with the tenant.",
        type="api://poolkeeper,00000000-0000-0000-0000-000000000000",
        check=forms.words,
    ),
    Setting(
        name="POOLKEEPER_ENTRA_CALLER",
        meaning="The application that may call the door for the secure webhook: Azure Monitor's action groups.",
        form="id (GUID)",
        default=f"`{EntraAccess().caller}`, theirs in the public cloud",
        change="in sovereign clouds.",
        type=EntraAccess().caller,
        check=forms.guid,
    ),
    Setting(
        name="POOLKEEPER_ENTRA_AUTHORITY",
        meaning="Where the tenant publishes the keys that its tokens are signed with.",
        form="URL, https",
        default=f"`{EntraAccess().authority}`",
        change="in sovereign clouds, where the templates set it.",
        type=EntraAccess().authority,
        check=forms.address,
    ),
    Setting(
        name="POOLKEEPER_API_KEYS",
        meaning="Who may use the API by a key, where a token of Entra can't be had. `poolkeeper key NAME --role view` "
        "makes a key and its entry. The entry has the SHA-256 of the key; the key itself is nowhere in the app. "
        "Nothing of an entry is repeated when it is wrong, because it may be a key that was pasted.",
        form="`name:role:digest`, separated by commas",
        default="none: tokens of Entra alone",
        change="for programs that watch, and for people before the app registration is there.",
        type="ann:view:DIGEST",
        check=api_keys,
    ),
)
