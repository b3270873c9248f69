"""host.json, local.settings.json and the environment, read as the Functions host reads them.

The order is that of Core Tools: a variable that the environment already has wins over local.settings.json's
``Values``; values that the caller of the host gives win over both. An environment variable
``AzureFunctionsJobHost__extensions__queues__batchSize`` overrides that member of host.json, and ``%NAME%`` inside a
binding is replaced by the setting NAME (Azure/azure-docs functions-host-json, functions-app-settings).

Mistakes are told with the file, the path of the member, what was found and what is allowed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from simulator.host.errors import SettingsError

_OVERRIDE = "azurefunctionsjobhost__"
_SPAN = re.compile(
    r"(?:(?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{2})(?::(?P<seconds>\d{2}(?:\.\d+)?))?"
)


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """host.json ``extensions.queues``. Defaults are the host's own (Azure/azure-docs functions-bindings-storage-queue).

    ``visibility_timeout`` is the wait before a failed message is tried again; the host's default of zero burns all
    tries within a second. ``new_batch_threshold`` defaults to half the batch, as on one processor.
    """

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_polling_interval: timedelta = timedelta(minutes=1)
    visibility_timeout: timedelta = timedelta(0)
    max_dequeue_count: int = 5
    is_base64: bool = True


@dataclass(frozen=True, slots=True)
class HostSettings:
    """What this host uses of host.json. ``function_timeout`` None means unbounded."""

    route_prefix: str = "api"
    function_timeout: timedelta | None = timedelta(minutes=30)
    queues: QueueSettings = QueueSettings()


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """local.settings.json: ``Values`` for the environment and, an addition of this host, ``Keys``."""

    values: Mapping[str, str]
    keys: Mapping[str, Any] | None = None


def read_local_settings(path: Path) -> LocalSettings:
    """Read local.settings.json; a file that is not there gives empty settings."""
    document = _document(path)
    values = document.get("Values", {})
    if not isinstance(values, dict):
        raise SettingsError(f"{path.name}: Values is {values!r}; it must be an object of names and texts.")
    if document.get("IsEncrypted"):
        raise SettingsError(
            f"{path.name} is encrypted; no setting was read. Decrypt it with `func settings decrypt`."
        )
    return LocalSettings({name: _as_text(value) for name, value in values.items()}, document.get("Keys"))


def read_host_settings(path: Path, environment: Mapping[str, str]) -> HostSettings:
    """Read host.json with the environment's overrides; a file that is not there gives the defaults."""
    document = _overridden(_document(path), environment)
    read = _Members(path.name, document)
    batch = read.number("extensions/queues/batchSize", 16, 1, 32)
    encoding = read.text("extensions/queues/messageEncoding", "base64").lower()
    if encoding not in ("base64", "none"):
        raise SettingsError(
            f"{path.name}: extensions/queues/messageEncoding is {encoding!r}; allowed: base64, none."
        )
    queues = QueueSettings(
        batch_size=batch,
        new_batch_threshold=read.number("extensions/queues/newBatchThreshold", batch // 2, 0, 1_000_000),
        max_polling_interval=read.span("extensions/queues/maxPollingInterval", timedelta(minutes=1)),
        visibility_timeout=read.span("extensions/queues/visibilityTimeout", timedelta(0)),
        max_dequeue_count=read.number("extensions/queues/maxDequeueCount", 5, 1, 1_000_000),
        is_base64=encoding == "base64",
    )
    if queues.max_polling_interval < timedelta(milliseconds=100):
        raise SettingsError(
            f"{path.name}: extensions/queues/maxPollingInterval must be at least 00:00:00.100."
        )
    unbounded = read.text("functionTimeout", "") == "-1"
    timeout = None if unbounded else read.span("functionTimeout", timedelta(minutes=30))
    return HostSettings(read.text("extensions/http/routePrefix", "api").strip("/"), timeout, queues)


def resolve(text: str, environment: Mapping[str, str], where: str) -> str:
    """Replace every ``%NAME%`` by the setting NAME. ``where`` names the binding for the error text."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in environment:
            raise SettingsError(
                f"{where} needs the setting {name}, and there is none; the host did not start. Set it."
            )
        return environment[name]

    return re.sub(r"%([^%]+)%", value, text)


def is_disabled(function: str, environment: Mapping[str, str]) -> bool:
    """Is ``AzureWebJobs.NAME.Disabled`` set to true or 1 for this function?"""
    setting = environment.get(f"AzureWebJobs.{function}.Disabled", "")
    return setting.strip().lower() in ("true", "1")


@contextmanager
def environment_with(defaults: Mapping[str, str], values: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """The process environment with ``values``, and ``defaults`` where it has nothing; afterwards as it was before."""
    changed = {name: value for name, value in defaults.items() if name not in os.environ} | dict(values)
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield os.environ
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@dataclass(frozen=True, slots=True)
class _Members:
    file: str
    document: Mapping[str, Any]

    def _find(self, path: str) -> Any:
        found: Any = self.document
        for step in path.split("/"):
            if not isinstance(found, dict):
                return None
            found = next((value for name, value in found.items() if name.lower() == step.lower()), None)
        return found

    def text(self, path: str, default: str) -> str:
        found = self._find(path)
        return default if found is None else _as_text(found)

    def number(self, path: str, default: int, least: int, most: int) -> int:
        found = self.text(path, str(default))
        if not found.isdecimal() or not least <= int(found) <= most:
            raise SettingsError(
                f"{self.file}: {path} is {found!r}; allowed: a number from {least} to {most}."
            )
        return int(found)

    def span(self, path: str, default: timedelta) -> timedelta:
        found = self._find(path)
        if found is None:
            return default
        match = _SPAN.fullmatch(str(found))
        if match is None:
            raise SettingsError(f"{self.file}: {path} is {found!r}; allowed: a time span such as 00:00:30.")
        return timedelta(**{unit: float(amount) for unit, amount in match.groupdict(default="0").items()})


def _document(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as problem:
        raise SettingsError(
            f"{path.name} is not JSON: {problem}. Nothing was started; correct the file."
        ) from problem
    if not isinstance(document, dict):
        raise SettingsError(f"{path.name} holds {type(document).__name__}; it must be a JSON object.")
    return document


def _overridden(document: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    for name, value in environment.items():
        plain = name.replace(":", "__")
        if plain.lower().startswith(_OVERRIDE):
            _put(document, plain[len(_OVERRIDE) :].split("__"), value)
    return document


def _put(document: dict[str, Any], path: list[str], value: str) -> None:
    for step in path[:-1]:
        name = _spelling(document, step)
        if not isinstance(document.get(name), dict):
            document[name] = {}
        document = document[name]
    document[_spelling(document, path[-1])] = value


def _spelling(document: Mapping[str, Any], name: str) -> str:
    return next((known for known in document if known.lower() == name.lower()), name)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
