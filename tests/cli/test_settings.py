"""Where the storage is comes from the app's settings: the environment, or a file that is named."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from cli.desk import Desk
from shared.memory.clock import SteppedClock
from shared.memory.store import MemoryStore
from shared.ports.store import Store
from shared.settings import Settings
from tests.cli.typed import typed
from tests.scene import START

SECRET = "c2VjcmV0LWtleQ=="
CONNECTION = f"DefaultEndpointsProtocol=https;AccountName=somebody;AccountKey={SECRET}"


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[Store]:
    """Storage that tells which account it is by not understanding it."""
    if settings.storage_connection != CONNECTION:
        raise ValueError(f"not this one: {settings.storage_connection}")
    yield MemoryStore()


def desk(**env: str) -> Desk:
    return Desk(env, SteppedClock(START), connect)


def a_file(directory: Path, content: object) -> str:
    path = directory / "some.settings.json"
    path.write_bytes(msgspec.json.encode(content))
    return str(path)


def test_without_settings_it_is_told_which_one_is_missing() -> None:
    result = typed("quarantine", "list", desk=desk(), width=200)
    assert result.exit_code == 3
    assert "Set AzureWebJobsStorage or AzureWebJobsStorage__accountName" in result.stderr


def test_the_environment_is_enough() -> None:
    assert typed("quarantine", "list", desk=desk(AzureWebJobsStorage=CONNECTION)).exit_code == 0


def test_the_file_that_is_named_counts_more_than_the_environment(tmp_path: Path) -> None:
    file = a_file(tmp_path, {"IsEncrypted": False, "Values": {"AzureWebJobsStorage": CONNECTION}})
    result = typed("--settings", file, "quarantine", "list", desk=desk(AzureWebJobsStorage="another"))
    assert result.exit_code == 0


def test_a_connection_string_that_is_none_is_not_repeated() -> None:
    result = typed("quarantine", "list", desk=desk(AzureWebJobsStorage=f"nonsense{SECRET}"))
    assert result.exit_code == 3
    assert "is no connection string" in result.stderr
    assert SECRET not in result.output


@pytest.mark.parametrize("content", [[], {}, {"Values": 3}, {"Values": {"AzureWebJobsStorage": 3}}])
def test_a_file_of_another_kind_is_a_mistake_in_the_command(tmp_path: Path, content: object) -> None:
    result = typed("--settings", a_file(tmp_path, content), "quarantine", "list", desk=desk(), width=300)
    assert result.exit_code == 2
    assert 'takes a JSON file with settings under "Values"' in result.stderr


def test_a_file_that_is_not_there_is_a_mistake_in_the_command(tmp_path: Path) -> None:
    file = str(tmp_path / "none.json")
    assert typed("--settings", file, "quarantine", "list", desk=desk()).exit_code == 2


def test_encrypted_settings_are_told_how_to_decrypt(tmp_path: Path) -> None:
    file = a_file(tmp_path, {"IsEncrypted": True, "Values": {"AzureWebJobsStorage": "x"}})
    assert "func settings decrypt" in typed("--settings", file, "audit", "verify", desk=desk()).stderr


def test_help_loads_neither_rich_nor_an_sdk() -> None:
    script = (
        "import sys\nfrom typer.testing import CliRunner\nimport cli.main\n"
        "assert CliRunner().invoke(cli.main.app, ['--help']).exit_code == 0\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True, timeout=60)
    assert not {"rich", "azure", "msgspec", "yaml", "aiohttp"} & set(done.stdout.decode().split())


def test_a_terminal_without_the_signs_gets_the_answer_all_the_same(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 2\n")
    command = [sys.executable, "-m", "cli", "policy", "check", str(policy)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"? version: 2" in done.stdout
