"""Access keys: who may call what.

Azure has a master key, host keys, function keys and one system key per webhook extension. Here they come from a JSON
file or from the ``Keys`` section of local.settings.json; with none configured nothing is enforced, as Core Tools does.

    {"master": "...", "host": "...", "system": {"eventgrid_extension": "..."}, "functions": {"NAME": "..."}}

A key is looked for in the header ``x-functions-key`` first, then in the query as ``code``
(Azure/azure-docs functions-bindings-http-webhook-trigger).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.host.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Keys:
    """The configured keys. Their values never appear in ``repr``."""

    master: str | None = field(default=None, repr=False)
    host: str | None = field(default=None, repr=False)
    system: Mapping[str, str] = field(default_factory=dict, repr=False)
    functions: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def are_enforced(self) -> bool:
        """Is any key configured?"""
        return bool(self.master or self.host or self.system or self.functions)

    def may_call_function(self, name: str, level: str, given: str | None) -> bool:
        """May a caller with the key ``given`` call an HTTP function of this auth level?"""
        if not self.are_enforced or level == "anonymous":
            return True
        if level == "admin":
            return _is_one_of(given, (self.master,))
        own = {known.lower(): key for known, key in self.functions.items()}.get(name.lower())
        return _is_one_of(given, (own, self.host, self.master))

    def may_call_webhook(self, extension: str, given: str | None) -> bool:
        """May the caller deliver to an extension's webhook, such as ``eventgrid_extension``?"""
        return not self.are_enforced or _is_one_of(given, (self.system.get(extension), self.master))

    def may_administer(self, given: str | None) -> bool:
        """May the caller use ``/admin``? The master key alone opens it."""
        return not self.are_enforced or _is_one_of(given, (self.master,))


def given_key(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    """The key that a request carries: the header wins over the query."""
    return headers.get("x-functions-key") or query.get("code")


def read_keys(path: Path) -> Keys:
    """Read a key file. Errors name the file and the member, never a key."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        # No chaining: the text of a JSON error may quote the file.
        raise SettingsError(
            f"The key file {path.name} cannot be read as JSON ({type(problem).__name__}); the host did not start."
        ) from None
    return parse_keys(document, path.name)


def parse_keys(document: Any, where: str) -> Keys:
    """Keys from parsed JSON; ``where`` names the file for the error text."""
    allowed = {"master", "host", "system", "functions"}
    if not isinstance(document, dict) or set(document) - allowed:
        raise SettingsError(
            f"{where}: keys must be an object with only these members: {', '.join(sorted(allowed))}."
        )
    for name in ("master", "host"):
        if not isinstance(document.get(name, ""), str):
            raise SettingsError(f"{where}: the key {name} must be a text.")
    for name in ("system", "functions"):
        group = document.get(name, {})
        if not isinstance(group, dict) or not all(isinstance(key, str) for key in group.values()):
            raise SettingsError(f"{where}: {name} must be an object of names and keys.")
    return Keys(
        document.get("master"),
        document.get("host"),
        document.get("system", {}),
        document.get("functions", {}),
    )


def _is_one_of(given: str | None, allowed: tuple[str | None, ...]) -> bool:
    if not given:
        return False
    return any(hmac.compare_digest(given.encode(), key.encode()) for key in allowed if key)
