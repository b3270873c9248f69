"""Commands as an operator types them: what they print, and their exit code."""

from __future__ import annotations

from typing import Any

import msgspec
from typer.testing import CliRunner, Result

from cli.main import app


def typed(*words: str, width: int = 100) -> Result:
    """The command's result on a terminal of this width. What it did not foresee goes through to the test."""
    return CliRunner().invoke(app, list(words), env={"COLUMNS": str(width)}, catch_exceptions=False)


def data_of(result: Result) -> Any:
    """The one JSON document that was printed."""
    return msgspec.json.decode(result.stdout)
