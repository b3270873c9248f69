"""From environment variables to `Settings`; or to all their faults, when there is any.

A setting that is empty is one that is not set. What is looked at here is each value by its form, what belongs together,
and names that nobody knows: a name that is nearly one of ours, which is missing, is taken for a slip. Any other is
only told (`unread`), because an app that goes back to an older version must start with the settings of the newer one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from .entries import api_keys_of, ports_of
from .faults import NOT_FOLLOWED, UNRESOLVED, BadSettings, Fault
from .forms import listed
from .kinds import AlertLogin, EntraAccess, Settings, TelemetryWay
from .known import KNOWN, OF_AZD, OF_THE_HOST

PREFIX = "POOLKEEPER_"
NEAR = 0.8
"""How much of a name must be the same to be taken for a slip, as difflib counts it."""
STORAGE, ACCOUNT = "AzureWebJobsStorage", "AzureWebJobsStorage__accountName"
ENDPOINT, TOKEN = "POOLKEEPER_ARM_ENDPOINT", "POOLKEEPER_ARM_STATIC_TOKEN"
USER, PASSWORD = "POOLKEEPER_ALERTMANAGER_USER", "POOLKEEPER_ALERTMANAGER_PASSWORD"
TENANT, AUDIENCE = "POOLKEEPER_ENTRA_TENANT", "POOLKEEPER_ENTRA_AUDIENCE"
TELEMETRY, INSIGHTS = "POOLKEEPER_TELEMETRY", "APPLICATIONINSIGHTS_CONNECTION_STRING"
HUB, NAMESPACE = "POOLKEEPER_EVENT_HUB", "POOLKEEPER_EVENT_HUB_CONNECTION__fullyQualifiedNamespace"
NEEDS = (
    (USER, (PASSWORD,)),
    (PASSWORD, (USER,)),
    (TENANT, (AUDIENCE,)),
    (AUDIENCE, (TENANT,)),
    (HUB, (NAMESPACE, "POOLKEEPER_EVENT_HUB_CONNECTION")),
    (NAMESPACE, (HUB,)),
    (TOKEN, (ENDPOINT,)),
)
"""What is of no use without one of the others."""


def from_env(env: Mapping[str, str], app_directory: Path, *, is_storage_needed: bool = True) -> Settings:
    """`BadSettings` has every fault. Without a need for storage, it may be left out: for what asks no storage."""
    given = {name: value.strip() for name, value in env.items() if value.strip()}
    faults = [*(_no_storage(given) if is_storage_needed else ()), *_by_form(given), *_together(given)]
    faults += _slips(given)
    if faults:
        raise BadSettings(faults)
    return _settings(given, app_directory)


def unread(env: Mapping[str, str]) -> list[str]:
    """Names that look like ours and that nobody reads."""
    known = {*KNOWN, *OF_THE_HOST, *OF_AZD}
    return sorted(name for name in env if name.upper().startswith(PREFIX) and name not in known)


def _no_storage(given: Mapping[str, str]) -> Iterator[Fault]:
    if STORAGE not in given and ACCOUNT not in given:
        do = f"Set {STORAGE} or {ACCOUNT}."
        yield Fault(STORAGE, "is not set, so it is not known where the storage is", do)


def _by_form(given: Mapping[str, str]) -> Iterator[Fault]:
    for name, setting in KNOWN.items():
        value = given.get(name, "")
        if value.startswith(UNRESOLVED):
            do = "Look whether the secret is there, and whether the app's identity may read it."
            yield Fault(name, NOT_FOLLOWED, do)
        elif value and (wrong := setting.check(value)):
            yield Fault(name, wrong, f"Type it like this: {name}='{setting.type}'.")


def _together(given: Mapping[str, str]) -> Iterator[Fault]:
    for name, others in NEEDS:
        if name in given and not any(other in given for other in others):
            missing = others[0]
            yield Fault(name, f"is set and {missing} is not", _both(name, missing))
    if given.get(TELEMETRY, "").lower() == TelemetryWay.AZURE and INSIGHTS not in given:
        do = f"Set {INSIGHTS}, or take {TELEMETRY} out."
        yield Fault(TELEMETRY, f"is azure and {INSIGHTS} is not set", do)
    if given.get(ENDPOINT, "").startswith("http:") and TOKEN not in given:
        wrong = f"has the scheme http and {TOKEN} is not set: no real token is sent without encryption"
        yield Fault(ENDPOINT, wrong, _both(ENDPOINT, TOKEN))


def _both(name: str, missing: str) -> str:
    return f"Set both or none: {missing}='{KNOWN[missing].type}', or take {name} out."


def _slips(given: Mapping[str, str]) -> Iterator[Fault]:
    missing = {name.removeprefix(PREFIX): name for name in KNOWN if PREFIX in name and name not in given}
    for name in unread(given):
        (meant,) = get_close_matches(name.upper()[len(PREFIX) :], missing, 1, NEAR) or [""]
        if meant:
            wrong = f"is no setting; did you mean {missing[meant]}?"
            yield Fault(
                name, wrong.rstrip("?"), f"Name it so: {missing[meant]}='{KNOWN[missing[meant]].type}'."
            )


def _settings(given: Mapping[str, str], app_directory: Path) -> Settings:
    """Of values that have no fault."""
    entra = EntraAccess()
    telemetry = given.get(TELEMETRY, "").lower()
    return Settings(
        policy_file=app_directory / given.get("POOLKEEPER_POLICY_FILE", "policy.yaml"),
        storage_connection=given.get(STORAGE),
        storage_account=given.get(ACCOUNT),
        client_id=given.get("AzureWebJobsStorage__clientId"),
        arm_endpoint=given.get(ENDPOINT),
        arm_static_token=given.get(TOKEN),
        own_ids=frozenset(part.lower() for part in listed(given.get("POOLKEEPER_OWN_IDS", ""))),
        alert_login=AlertLogin(
            given.get("POOLKEEPER_ALERTMANAGER_TOKEN", ""), given.get(USER, ""), given.get(PASSWORD, "")
        ),
        entra=EntraAccess(
            given.get(TENANT, ""),
            frozenset(listed(given.get(AUDIENCE, ""))),
            given.get("POOLKEEPER_ENTRA_CALLER", entra.caller),
            given.get("POOLKEEPER_ENTRA_AUTHORITY", entra.authority).rstrip("/"),
        ),
        dcos_ports=ports_of(given.get("POOLKEEPER_DCOS_PORTS", "")),
        api_keys=api_keys_of(given.get("POOLKEEPER_API_KEYS", "")),
        event_topic=given.get("POOLKEEPER_EVENT_TOPIC"),
        sweep=given.get("POOLKEEPER_SWEEP", ""),
        telemetry=TelemetryWay(telemetry) if telemetry else None,
        insights=given.get(INSIGHTS, ""),
    )
