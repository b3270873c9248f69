"""How large the package is that travels to Azure. A small one is deployed, and started on a new machine, sooner."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

import pathspec

from tests.craft.repository import ROOT, files
from tests.craft.test_deployment import pins

MB = 1_000_000


def zipped(paths: Iterable[Path]) -> int:
    """Bytes. Packed as little as can be, so that whoever packs it in earnest gets less."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in paths:
            archive.write(path)
    return len(target.getvalue())


def test_the_app_is_below_15_mb_and_with_all_that_it_stands_on_below_60() -> None:
    ignored = pathspec.GitIgnoreSpec.from_lines((ROOT / ".funcignore").read_text().splitlines())
    built = [path for path in (ROOT / "shared" / "console" / "dist").rglob("*") if path.is_file()]
    assert built, "the console travels too"
    app = zipped([*(ROOT / path for path in files() if not ignored.match_file(str(path))), *built])
    installed = [
        Path(str(one.locate()))
        for name in pins("requirements.txt")
        for one in distribution(name).files or ()
        if one.suffix != ".pyc"
    ]
    others = zipped(path for path in installed if path.is_file())
    assert app < 15 * MB
    assert others > 5 * MB, "this counts what it should"
    assert app + others < 60 * MB
