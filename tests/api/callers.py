"""People who call the API of a scene: by keys of their own, or with tokens of a tenant."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shared.api.answers import Answer
from shared.api.api import Api
from shared.api.called import Request
from shared.api.once import Once
from shared.api.turned_away import TurnedAway
from shared.api.who import Doorman
from shared.audit import AuditLog
from shared.auth.entra import EntraTokens
from shared.model.roles import Role
from shared.settings import ApiKey
from tests.alerts.tenant import ACCESS, Published
from tests.desk.offices import office_of
from tests.scene import Scene

KEYS = {role: f"the-key-of-{role}-0123456789" for role in Role}


def known_keys() -> tuple[ApiKey, ...]:
    return tuple(
        ApiKey(f"{role}er", role, hashlib.sha256(key.encode()).hexdigest()) for role, key in KEYS.items()
    )


@dataclass
class Said:
    """An answer, looked at."""

    answer: Answer

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def data(self) -> Any:
        return msgspec.json.decode(self.answer.body)

    @property
    def reason(self) -> str:
        """Of a problem."""
        return str(self.data["type"]).removeprefix("/problems/")

    @property
    def etag(self) -> str:
        return self.answer.all_headers["ETag"]


@dataclass
class Line:
    """A line to the API of a scene; another process of the app answers on another line."""

    scene: Scene
    api: Api = field(init=False)
    tenant: Published = field(init=False)

    def __post_init__(self) -> None:
        clock, log = self.scene.clock, AuditLog(self.scene.store)
        self.tenant = Published("k1")
        doorman = Doorman(clock, EntraTokens(self.tenant, ACCESS), known_keys())
        self.api = Api(office_of(self.scene), doorman, Once(self.scene.store), TurnedAway(log), clock)

    async def send(
        self, method: str, path: str, headers: dict[str, str], query: dict[str, str], body: bytes = b""
    ) -> Said:
        path, headers = path.strip("/"), {name.lower(): value for name, value in headers.items()}
        return Said(await self.api.answer(Request(method, path, query, headers, body)))

    async def get(self, path: str, headers: dict[str, str] | None = None, **query: str) -> Said:
        return await self.send("GET", path, {"x-api-key": KEYS[Role.VIEW], **(headers or {})}, query)

    async def act(
        self, path: str, body: Any, role: Role = Role.APPROVE, method: str = "POST", **headers: str
    ) -> Said:
        """With the names of headers as `if_match`."""
        sent = {"x-api-key": KEYS[role], "content-type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return await self.send(method, path, sent, {}, raw)


async def line(agents: int = 6, mode: str = "enforce") -> Line:
    """To a pool in which agent 2 has died, and waits for an approval in `propose`."""
    scene = Scene(agents=agents, mode=mode)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=10)
    return Line(scene)
