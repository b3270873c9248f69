"""Microsoft's Python worker library, in this process, without gRPC.

``azure-functions-runtime`` is the code that runs Python functions in Azure. This file is the thin wire that in
Azure is gRPC: it plays the few protobuf classes that indexing needs (plain objects with the same names) and calls
the library's protobuf-free entry for invocations. What the worker would refuse in Azure is refused here, in the
same words: ``list[...]`` annotations, default arguments, a return value without an output.

The library keeps its functions in module globals, so one process runs one app at a time. Loading the same directory
again gives the first result again; another app can follow after ``release_app``. Modules that an app imported stay
imported, so two apps with different modules of the same name need a process each.

Where the story goes on: ``invocations`` counts, logs and finishes what runs here; ``contract`` says what goes in.
"""

from __future__ import annotations

import importlib
import json
import logging
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as runtime
from azure.functions.meta import Datum
from azure_functions_runtime.native_invocation import invocation_request_native

from simulator.host.contract import Inputs
from simulator.host.errors import AppRejected, OneAppPerProcess

_library_log = logging.getLogger("azure.functions")


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding as the app declares it: the worker's raw JSON, member names as in function.json."""

    type: str
    name: str
    settings: Mapping[str, Any]

    def text(self, member: str, default: str = "") -> str:
        """A text member such as ``queueName``; enumerations arrive as their upper-case names."""
        value = self.settings.get(member)
        return default if value is None else str(value)


@dataclass(frozen=True, slots=True)
class IndexedFunction:
    """One function of the app: its name, the id that the worker knows it by, its trigger and its outputs."""

    name: str
    function_id: str
    trigger: Binding
    outputs: tuple[Binding, ...] = ()


@dataclass(slots=True)
class _Slot:
    """The one place for an app in this process: what is indexed, and whether a host runs it now."""

    directory: Path | None = None
    functions: tuple[IndexedFunction, ...] = ()
    is_taken: bool = False


_slot = _Slot()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one invocation ended. ``error`` and ``stack_trace`` are set when, and only when, it failed."""

    returned: Datum | None = None
    outputs: tuple[tuple[str, Datum], ...] = ()
    error: str | None = None
    stack_trace: str = ""

    @property
    def ok(self) -> bool:
        """Did the function and its outputs succeed?"""
        return self.error is None


async def index_app(script: Path) -> tuple[IndexedFunction, ...]:
    """Only ask what the worker says to an app: index it and let go of it. Raises as ``load_app`` does."""
    functions = await load_app(script)
    release_app(wait=True)
    return functions


async def load_app(script: Path) -> tuple[IndexedFunction, ...]:
    """Index ``script``, the absolute path of a function_app.py, with the worker library; start its thread pool.

    Raises ``AppRejected`` with the worker's own message when it refuses the app, ``OneAppPerProcess`` when this
    process runs one already. Every successful call is followed by one of ``release_app``.
    """
    directory = script.parent
    if _slot.is_taken:
        raise OneAppPerProcess(
            f"This process already runs the app in {_slot.directory}, and the worker library holds one at a time; "
            f"{directory} was not loaded. Start it in a process of its own."
        )
    if _slot.directory != directory:
        _slot.directory = None
        _slot.functions = await _index(directory)
        _slot.directory = directory
    _slot.is_taken = True
    sys.path.insert(0, str(directory))
    runtime.start_threadpool_executor()
    return _slot.functions


async def run_function(function: IndexedFunction, inputs: Inputs, invocation_id: str) -> Outcome:
    """Run one function once. Never raises for what the function does; cancellation passes through."""
    # A W3C trace context, so that `context.trace_context` holds what it holds in Azure; nothing is traced here.
    trace_parent = f"00-{invocation_id.replace('-', '')}-{secrets.token_hex(8)}-00"
    ok, returned, outputs, error, stack_trace = await invocation_request_native(
        invocation_id,
        function.function_id,
        [(function.trigger.name, inputs.value)],
        dict(inputs.metadata),
        trace_parent,
    )
    if ok:
        return Outcome(returned, tuple(outputs))
    return Outcome(error=error or "the function failed without a message", stack_trace=stack_trace or "")


def release_app(*, wait: bool) -> None:
    """Let go of the app and end the threads that ran its synchronous functions.

    With ``wait=False`` a function that still runs in a thread is left to end by itself.
    """
    _slot.is_taken = False
    if str(_slot.directory) in sys.path:
        sys.path.remove(str(_slot.directory))
    if wait:
        runtime.stop_threadpool_executor()
    elif (pool := runtime.get_threadpool_executor()) is not None:
        pool.shutdown(wait=False, cancel_futures=True)


async def _index(directory: Path) -> tuple[IndexedFunction, ...]:
    _prepare_import(directory)
    request = SimpleNamespace(
        request=SimpleNamespace(
            worker_init_request=SimpleNamespace(capabilities={}, function_app_directory=str(directory))
        ),
        properties={"host": "127.0.0.1", "protos": _Protos},
    )
    _library_log.addFilter(_is_not_told_elsewhere)
    sys.path.insert(0, str(directory))
    try:
        started = await runtime.worker_init_request(request)
    finally:
        sys.path.remove(str(directory))
    if started.result.exception is not None:
        refusal = started.result.exception
        raise AppRejected(refusal.message, refusal.stack_trace)
    listed = await runtime.functions_metadata_request(request)
    return tuple(_indexed(metadata) for metadata in listed.function_metadata_results or ())


def _indexed(metadata: Any) -> IndexedFunction:
    raw = [json.loads(binding) for binding in metadata.raw_bindings]
    bindings = [Binding(str(one["type"]), str(one["name"]), one) for one in raw]
    trigger = next(one for one in bindings if one.type.lower().endswith("trigger"))
    outputs = tuple(one for one in bindings if str(one.settings["direction"]).upper() == "OUT")
    return IndexedFunction(metadata.name, metadata.function_id, trigger, outputs)


def _prepare_import(directory: Path) -> None:
    """Make ``import function_app`` find the one in ``directory``, and nothing else by accident."""
    if not (directory / "function_app.py").is_file():
        raise AppRejected(f"There is no function_app.py in {directory}.", "")
    importlib.invalidate_caches()
    module = sys.modules.get("function_app")
    if module is not None and Path(module.__file__ or "").parent != directory:
        del sys.modules["function_app"]


def _is_not_told_elsewhere(record: logging.LogRecord) -> bool:
    """Drop the library's report of a failed invocation: ``invocations`` tells it, with the invocation's id."""
    return not record.getMessage().startswith("Native ")


class _BindingInfo(SimpleNamespace):
    # Numbers of the protocol (Azure/azure-functions-language-worker-protobuf, FunctionRpc.proto).
    undefined = 0
    out = 1
    inout = 2


class _StatusResult(SimpleNamespace):
    Success = 1
    Failure = 0
    exception: Any = None


@dataclass(frozen=True)
class _FunctionMetadata:
    name: str
    function_id: str
    raw_bindings: list[str]
    retry_options: object = None
    rest: dict[str, object] = field(default_factory=dict)


def _function_metadata(**members: Any) -> _FunctionMetadata:
    kept = {name: members.pop(name) for name in ("name", "function_id", "raw_bindings", "retry_options")}
    return _FunctionMetadata(**kept, rest=members)


class _Protos:
    """The protobuf classes that indexing names, as plain objects."""

    BindingInfo = _BindingInfo
    StatusResult = _StatusResult
    RpcFunctionMetadata = staticmethod(_function_metadata)
    RpcException = SimpleNamespace
    RpcRetryOptions = SimpleNamespace
    WorkerMetadata = SimpleNamespace
    WorkerInitResponse = SimpleNamespace
    FunctionMetadataResponse = SimpleNamespace
