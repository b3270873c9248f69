"""The repository as git sees it: what the tests about the house look at.

Files that git ignores are left out, files that are not yet committed are in, so that a mistake shows before it is
committed. Paths are relative to the root.
"""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or could be committed, sorted."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout.decode()
    found = {Path(name) for name in listed.split("\0") if name}
    return tuple(sorted(path for path in found if (ROOT / path).is_file()))


def python_files(*rooms: str) -> list[Path]:
    """The Python files of these top-level directories, or of the whole repository; recorded data is not ours."""
    return [
        path
        for path in files()
        if path.suffix == ".py"
        and (not rooms or path.parts[0] in rooms)
        and path.parts[:2] != ("tests", "data")
    ]


def text(path: Path) -> str:
    """The content of a text file; bytes that are not UTF-8 are replaced."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(text(path), filename=str(path))


def deployed() -> list[Path]:
    """The Python files that run in Azure."""
    return [path for path in python_files() if path.parts[0] in {"function_app.py", "functions", "shared"}]
