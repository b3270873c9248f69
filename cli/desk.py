"""Where the storage is, and how a command gets to it; what goes wrong on the way, said in one sentence.

A `Desk` is what a command needs of the world: the app's settings, a clock, and a way to open the storage. `main` gives
the real one, another may be given with the call. Settings come from the environment, under the same names as the
app's, and with `--settings FILE` from a file like local.settings.json as well; what the file says counts more, because
it was named on purpose.

`Desk` and `read` are the boundary of every command: an error becomes a sentence and an exit code there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cli.trouble import USAGE, Trouble, trouble_of
from shared.desk.told import Told
from shared.errors import Poison, PoolkeeperError, Refused, Retry, Unknown
from shared.settings import BadSettings, Settings, from_env

if TYPE_CHECKING:
    from cli.over_http import Wire
    from shared.azure.storage import StorageSettings
    from shared.desk.office import Office
    from shared.operate.outside import Outside
    from shared.ports.clock import Clock
    from shared.ports.queues import Queues
    from shared.ports.store import Store

WHERE = "Do it in the environment, or in the file that --settings names."
NO_CONNECTION_STRING = (
    "AzureWebJobsStorage is no connection string of a storage account, so nothing was read: correct it "
    "in the environment or in the file that --settings names."
)


class _SettingsFile(msgspec.Struct, frozen=True):
    values: Mapping[str, str] = msgspec.field(name="Values")
    is_encrypted: bool = msgspec.field(name="IsEncrypted", default=False)


@dataclass(frozen=True)
class Desk:
    """`settings_file` is what `--settings` named. `connect` opens the storage; a `ValueError` of its says that the
    connection string is none. `connect_queues` is for commands that write; None: those of the same account. `reach`
    opens all that the app stands on; None: what the settings name. `api` is what `--api` named: where the app is asked
    instead, over the wire that `connect_api` opens. `is_terminal`: somebody is there who can be
    asked."""

    env: Mapping[str, str]
    clock: Clock
    connect: Callable[[Settings], AbstractAsyncContextManager[Store]]
    settings_file: Path | None = None
    connect_queues: Callable[[Settings], AbstractAsyncContextManager[Queues]] | None = None
    reach: Callable[[Settings], AbstractAsyncContextManager[Outside]] | None = None
    api: str = ""
    connect_api: Callable[[str, Mapping[str, str]], AbstractAsyncContextManager[Wire]] | None = None
    is_terminal: bool = False

    def environment(self) -> tuple[Mapping[str, str], Path]:
        """The app's settings as they are written, and the directory that its files are relative to."""
        if self.settings_file is None:
            return self.env, Path.cwd()
        return {**self.env, **_values(self.settings_file)}, self.settings_file.parent

    def settings(self, *, is_storage_needed: bool = True) -> Settings:
        try:
            return from_env(*self.environment(), is_storage_needed=is_storage_needed)
        except BadSettings as bad:
            told = " ".join(fault.sentence for fault in bad.faults)
            raise Trouble(f"The settings are wrong, so nothing was read. {told} {WHERE}") from None

    async def visit[T](self, work: Callable[[Store], Awaitable[T]]) -> T:
        """What `work` answers about the storage. `Trouble` for everything that can stand in the way."""
        settings = self.settings()
        try:
            async with self.connect(settings) as store:
                return await work(store)
        except Told as told:
            raise trouble_of(told) from None
        except PoolkeeperError as error:
            raise Trouble(_sentence(error)) from None
        except ValueError:
            raise Trouble(NO_CONNECTION_STRING) from None

    async def visit_to_write(self, work: Callable[[Store, Queues], Awaitable[None]]) -> None:
        """The same for a command that writes, and that wakes the app."""
        async with (self.connect_queues or _connect_queues)(self.settings()) as queues:
            await self.visit(lambda store: work(store, queues))

    async def visit_office(self, work: Callable[[Office], Awaitable[None]]) -> None:
        """The desk's office: by the API where one is named, else over the storage."""
        if not self.api:
            own = self.settings()
            await self.visit_to_write(lambda store, queues: work(_office(store, queues, self.clock, own)))
            return
        from cli.api_office import ApiOffice
        from cli.over_http import Asking
        from cli.wire import opened_wire

        try:
            async with (self.connect_api or opened_wire)(self.api, self.environment()[0]) as wire:
                await work(ApiOffice(Asking(wire)))
        except Told as told:
            raise trouble_of(told) from None

    async def look_outside[T](self, work: Callable[[Outside], Awaitable[T]]) -> T:
        """What `work` answers about everything that the app stands on: Azure, the masters and the storage."""
        settings = self.settings()
        try:
            async with (self.reach or _reach)(settings) as outside:
                return await work(outside)
        except PoolkeeperError as error:
            raise Trouble(_sentence(error)) from None
        except ValueError:
            raise Trouble(NO_CONNECTION_STRING) from None


def this_desk() -> Desk:
    """The desk of this process."""
    import os
    import sys

    from shared.azure.clock import WallClock

    return Desk(dict(os.environ), WallClock(), _connect, is_terminal=sys.stdin.isatty())


def read[T](desk: Desk, work: Callable[[Store], Awaitable[T]]) -> T:
    """`Desk.visit`, waited for."""
    return asyncio.run(desk.visit(work))


def _office(store: Store, queues: Queues, clock: Clock, settings: Settings) -> Office:
    from shared.audit import AuditLog
    from shared.desk.over_storage import StorageOffice
    from shared.model.mark import Mark

    mark = Mark(settings.installation)
    return StorageOffice(store, queues, AuditLog(store), clock, settings.own_ids, mark, looks=None)


def _connect(settings: Settings) -> AbstractAsyncContextManager[Store]:
    from shared.azure.tables import AzureStore

    return AzureStore(_account(settings))


def _connect_queues(settings: Settings) -> AbstractAsyncContextManager[Queues]:
    from shared.azure.queues import AzureQueues

    return AzureQueues(_account(settings))


def _reach(settings: Settings) -> AbstractAsyncContextManager[Outside]:
    from shared.runtime import reached

    return reached(settings)


def _account(settings: Settings) -> StorageSettings:
    from shared.azure.storage import StorageSettings, for_account

    if settings.storage_connection is not None:
        return StorageSettings(connection_string=settings.storage_connection)
    return for_account(settings.storage_account or "", settings.client_id)


def _values(file: Path) -> Mapping[str, str]:
    wanted = 'a JSON file with settings under "Values", like local.settings.sample.json'
    try:
        content = msgspec.json.decode(file.read_bytes(), type=_SettingsFile)
    except (OSError, msgspec.MsgspecError):
        raise Trouble(
            f"{file} can not be used, so nothing was read: --settings takes {wanted}.", USAGE
        ) from None
    if content.is_encrypted:
        raise Trouble(
            f"The values in {file} are encrypted: decrypt them with `func settings decrypt` first.", USAGE
        )
    return content.values


def _sentence(error: PoolkeeperError) -> str:
    match error:
        case Retry():
            return f"The storage does not answer ({error.why}): see that it is there and may be read, then try again."
        case Refused():
            return f"The storage refuses ({error.reason}): see that this identity may read its tables."
        case Poison() | Unknown():
            why = error.why if isinstance(error, Poison) else error.what
            return f"What is in the storage can not be read ({why}): use the version of Poolkeeper that wrote it."
        case _:
            return f"The storage can not be read ({error})."
