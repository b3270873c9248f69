"""What Vite has built, read once. Only what is in this list is ever answered, whatever a path says."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

BUILT = Path(__file__).parent / "dist"
PAGE = "index.html"
HASHED = "assets/"
"""What lies there has the digest of its content in its name."""
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


class File(Struct, frozen=True):
    """`packed` is the content by gzip. `is_hashed`: under this name there is never another content."""

    content: bytes
    packed: bytes
    kind: str
    etag: str
    is_hashed: bool


def read(directory: Path = BUILT) -> Mapping[str, File]:
    """By the path below the console's root; empty when nothing was built."""
    found = {path.relative_to(directory).as_posix(): path for path in directory.rglob("*") if path.is_file()}
    return {name: _file(name, path.read_bytes()) for name, path in sorted(found.items())}


def _file(name: str, content: bytes) -> File:
    kind = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    etag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
    packed = gzip.compress(content, 9, mtime=0)
    return File(content, packed, kind, etag, name.startswith(HASHED))
