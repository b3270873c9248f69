"""The local Functions host: one app, its listeners and its HTTP surface, started and stopped as a whole.

    settings ──▶ worker indexes the app ──▶ listeners and routes are planned ──▶ server and listeners start
    stop: no new work ──▶ what runs ends, at most ``grace`` ──▶ clients and threads close ──▶ environment restored

Whatever can be wrong (a setting, a schedule, a route, a connection string, the app itself) is an error before
anything listens. ``LocalHost`` is an async context manager; leaving it, also by an error, leaves nothing behind.

Where the story goes on: ``server`` has the addresses; ``queues``, ``timers``, ``eventgrid``, ``http_routes`` and
``admin`` hear; ``invocations`` runs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from simulator.clock import Clock, WallClock
from simulator.host.admin import Admin, AdminView, inputs_by_hand
from simulator.host.background import Background
from simulator.host.contract import Inputs
from simulator.host.errors import HostError
from simulator.host.eventgrid import EventGridWebhook
from simulator.host.http_routes import HttpFunctions, route_of
from simulator.host.invocations import Invocations, Observe
from simulator.host.keys import Keys, parse_keys
from simulator.host.outputs import DELIVERED, Outputs
from simulator.host.queues import HOLD, QueueListener, WatchedQueue
from simulator.host.server import Server
from simulator.host.settings import (
    HostSettings,
    environment_with,
    is_disabled,
    read_host_settings,
    read_local_settings,
    resolve,
)
from simulator.host.storage import Storage
from simulator.host.timers import StatusBook, TimerListener, plan_of
from simulator.host.worker import Binding, IndexedFunction, Outcome, load_app, release_app

log = logging.getLogger(__name__)

# Members of a binding in which the host does not look for %SETTING%.
_LITERAL_MEMBERS = frozenset({"type", "name", "direction", "connection", "authLevel", "route", "methods"})


@dataclass(frozen=True, slots=True)
class HostOptions:
    """How to start a host.

    ``app`` is the directory with function_app.py and host.json. ``settings`` is local.settings.json, by default the
    one beside the app. ``values`` are settings that win over that file and over the environment. ``keys`` None takes
    the file's ``Keys`` section; no keys at all means that none are enforced. Port 0 takes a free one. ``grace`` is how
    long running invocations may go on when the host stops: past it they are cancelled and their queue messages come
    back. ``timer_status`` is the file that remembers monitored timers; without it they are remembered in memory.
    ``message_hold`` is how long a message stays invisible before it is renewed: Azure's 10 minutes, shorter in tests.
    """

    app: Path
    port: int = 7071
    address: str = "127.0.0.1"
    settings: Path | None = None
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    keys: Keys | None = None
    grace: timedelta = timedelta(seconds=10)
    on_invocation: Observe | None = None
    timer_status: Path | None = None
    message_hold: timedelta = HOLD
    clock: Clock = field(default_factory=WallClock)


class LocalHost:
    """``async with LocalHost(HostOptions(app=...)) as host:`` runs the app until the block ends."""

    def __init__(self, options: HostOptions) -> None:
        self._options = options
        self._exit = AsyncExitStack()
        self._background = Background()
        self._detached: set[asyncio.Task[Outcome]] = set()
        self._queue_listeners: dict[tuple[str, str], list[QueueListener]] = {}
        self._starts: list[tuple[str, Coroutine[object, object, None]]] = []
        self._described: dict[str, str] = {}
        self._cut_off: tuple[str, ...] = ()
        self.functions: dict[str, IndexedFunction] = {}

    @property
    def url(self) -> str:
        """Where the host answers, such as ``http://127.0.0.1:7071``; no slash at the end."""
        return f"http://{self._options.address}:{self.port}"

    @property
    def port(self) -> int:
        """The port that the host listens on, also when 0 was asked for."""
        return self._server.port

    @property
    def running(self) -> int:
        """How many invocations run now."""
        return self._invocations.running

    def describe(self) -> list[str]:
        """One line per function: its name, and what it listens to or why it does not."""
        width = max(map(len, self._described), default=0)
        return [f"{name:<{width}}  {what}" for name, what in self._described.items()]

    async def wait(self) -> None:
        """Return never; raises ``BackgroundStopped`` when a listener has died."""
        raise await self._background.failed()

    async def run_now(self, name: str, given: str = "") -> Outcome:
        """Run a function that is not an HTTP function, as the admin endpoint does, and give its outcome."""
        function = self.functions[name]
        return await self._invocations.run(
            function, inputs_by_hand(function, given, self._options.clock.now())
        )

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            for _, never_started in self._starts:
                never_started.close()
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.aclose()
        if problem is None and self._background.failure is not None:
            raise self._background.failure

    async def _start(self) -> None:
        options = self._options
        local = read_local_settings(options.settings or options.app / "local.settings.json")
        environment = self._exit.enter_context(environment_with(local.values, options.values))
        settings = read_host_settings(options.app / "host.json", environment)
        keys = options.keys or (parse_keys(local.keys, "local.settings.json") if local.keys else Keys())
        storage = Storage(environment)
        self._exit.push_async_callback(storage.close)
        outputs = Outputs(storage, partial(self._wake, storage), is_base64=settings.queues.is_base64)
        self._invocations = Invocations(outputs.deliver, options.on_invocation, settings.function_timeout)
        indexed = await load_app(options.app.absolute() / "function_app.py")
        self._exit.callback(self._release)
        self._exit.push_async_callback(self._settle)
        # What is disabled may lack its settings: that is often why it is disabled.
        enabled = [_resolved(one, environment) for one in indexed if not is_disabled(one.name, environment)]
        self.functions = {one.name: one for one in (*indexed, *enabled)}
        for name in self.functions.keys() - {one.name for one in enabled}:
            self._described[name] = "disabled by its setting"
        self._server = Server(self._plan_http(enabled, settings, keys))
        book = StatusBook(options.timer_status)
        for function in enabled:
            self._plan_listener(function, settings, storage, book)
        await self._server.start(options.address, options.port)
        self._exit.push_async_callback(self._server.stop)
        self._exit.push_async_callback(self._stop_listening)
        while self._starts:
            self._background.start(*self._starts.pop())

    def _plan_http(
        self, enabled: list[IndexedFunction], settings: HostSettings, keys: Keys
    ) -> tuple[Any, ...]:
        run = self._invocations.run
        clock = self._options.clock
        webhook = {one.name: one for one in enabled if one.trigger.type == "eventGridTrigger"}
        routes = [
            route_of(one, settings.route_prefix) for one in enabled if one.trigger.type == "httpTrigger"
        ]
        for name in webhook:
            self._described[name] = "Event Grid webhook"
        for route in routes:
            methods = ",".join(sorted(route.methods)) or "any method"
            self._described[route.function.name] = f"HTTP {methods} {route.path} ({route.level})"
        listened = frozenset(one.name for one in enabled if one.trigger.type != "eventHubTrigger")
        view = AdminView(self.functions, listened, keys, clock.now, clock.now())
        return (
            EventGridWebhook(webhook, keys, run),
            HttpFunctions(routes, keys, run),
            Admin(view, self._start_detached),
        )

    def _plan_listener(
        self, function: IndexedFunction, settings: HostSettings, storage: Storage, book: StatusBook
    ) -> None:
        for binding in function.outputs:
            if binding.type not in DELIVERED:
                log.warning("%s has a %s output, which this host cannot deliver", function.name, binding.type)
            elif binding.type != "http":
                storage.connection(
                    binding.text("connection")
                )  # a missing one is told now, not by the first event
        match function.trigger.type:
            case "queueTrigger":
                self._plan_queue(function, settings, storage)
            case "timerTrigger":
                self._plan_timer(function, book, self._options.clock.now())
            case "eventGridTrigger" | "httpTrigger":
                pass
            case other:
                self._described[function.name] = f"{other}, not listened to"

    def _plan_queue(self, function: IndexedFunction, settings: HostSettings, storage: Storage) -> None:
        setting, name = function.trigger.text("connection"), function.trigger.text("queueName")
        poison = None if name.endswith("-poison") else storage.queue(setting, f"{name}-poison")
        watched = WatchedQueue(
            queue=storage.queue(setting, name),
            poison=poison,
            settings=settings.queues,
            hold=self._options.message_hold,
            on_poisoned=partial(self._wake, storage, setting, f"{name}-poison"),
        )
        listener = QueueListener(watched, partial(self._invocations.run, function))
        self._queue_listeners.setdefault((storage.connection(setting), name), []).append(listener)
        self._starts.append((f"queue listener of {function.name}", listener.listen()))
        self._described[function.name] = f"queue {name}"

    def _plan_timer(self, function: IndexedFunction, book: StatusBook, now: datetime) -> None:
        plan = plan_of(function, now)
        listener = TimerListener(plan, self._options.clock, book, partial(self._run_detached, function))
        self._starts.append((f"timer of {function.name}", listener.listen()))
        self._described[function.name] = f"timer {plan.schedule.expression}"

    def _wake(self, storage: Storage, setting: str, queue: str) -> None:
        for listener in self._queue_listeners.get((storage.connection(setting), queue), ()):
            listener.wake()

    async def _run_detached(self, function: IndexedFunction, inputs: Inputs) -> Outcome:
        """Run so that the end of the listener does not cut the invocation off; ``_settle`` waits for it."""
        return await asyncio.shield(self._detach(function, inputs))

    def _start_detached(self, function: IndexedFunction, inputs: Inputs) -> None:
        _ = self._detach(function, inputs)

    def _detach(self, function: IndexedFunction, inputs: Inputs) -> asyncio.Task[Outcome]:
        task = asyncio.create_task(
            self._invocations.run(function, inputs), name=f"invocation of {function.name}"
        )
        self._detached.add(task)
        task.add_done_callback(self._detached_ended)
        return task

    def _detached_ended(self, task: asyncio.Task[Outcome]) -> None:
        """A function that fails is an outcome; an exception here is an error of the host itself."""
        self._detached.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            self._background.report(task.get_name(), problem)

    async def _stop_listening(self) -> None:
        self._server.refuse_new_work()
        await self._background.stop()
        self._cut_off = await self._invocations.drain(self._options.grace)
        if self._cut_off:
            grace_s = self._options.grace.total_seconds()
            log.warning("still running after %g s, cut off: %s", grace_s, ", ".join(self._cut_off))

    def _release(self) -> None:
        release_app(wait=not self._cut_off)

    async def _settle(self) -> None:
        for listeners in self._queue_listeners.values():
            for listener in listeners:
                await listener.settle()
        if self._detached:
            await asyncio.wait(set(self._detached))


def _resolved(function: IndexedFunction, environment: Mapping[str, str]) -> IndexedFunction:
    """The function with every ``%SETTING%`` in its bindings replaced."""

    def resolved(binding: Binding) -> Binding:
        where = f"The {binding.type} binding {binding.name!r} of {function.name}"
        settings = {
            member: resolve(value, environment, where)
            if isinstance(value, str) and member not in _LITERAL_MEMBERS
            else value
            for member, value in binding.settings.items()
        }
        return replace(binding, settings=settings)

    return replace(
        function, trigger=resolved(function.trigger), outputs=tuple(resolved(one) for one in function.outputs)
    )


__all__ = ["HostError", "HostOptions", "LocalHost"]
