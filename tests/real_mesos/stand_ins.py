"""Stand-ins for the libraries of an old distribution that the prebuilt Mesos was linked with and never uses here.

It asks the dynamic linker for OpenSSL 1.0, a libcurl with an old symbol version and CPython 2.7. With TLS off and
without the module's Python entry point none of their functions is called, so it is enough that the names (and their
versions) can be resolved. A stand-in prints its name and aborts: a silent wrong answer is impossible.
"""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from pathlib import Path

SSL = "libssl.so.1.0.0"
CRYPTO = "libcrypto.so.1.0.0"
CURL = "libcurl.so.4"
PYTHON = "libpython2.7.so.1.0"
SONAMES = (PYTHON, SSL, CRYPTO, CURL)

type Names = dict[str | None, set[str]]
"""Symbol version (None: without one) -> names of the symbols."""


def make(module: Path, directory: Path) -> None:
    """Builds the stand-ins that `module` needs into `directory`, under the names that it asks for."""
    versions, wanted = _versions(module), _undefined(module)
    for soname in (SSL, CRYPTO, CURL):
        names: Names = {version: set() for version in versions[soname]}
        for name, version in wanted:
            # libssl and libcrypto share the names of their versions
            is_ssl = name.startswith(("SSL", "TLS"))
            if version in names and (soname == CURL or (soname == SSL) == is_ssl):
                names[version].add(name)
        _build(soname, names, directory)
    python = {name for name, version in wanted if version is None and name.startswith(("Py", "_Py"))}
    _build(PYTHON, {None: python}, directory)


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _versions(module: Path) -> dict[str, list[str]]:
    """Library -> symbol versions that the module needs from it."""
    found: dict[str, list[str]] = defaultdict(list)
    library = ""
    for line in _output("readelf", "-W", "-V", str(module)).splitlines():
        if file := re.search(r"\bFile: (\S+)", line):
            library = file[1]
        elif library and (name := re.search(r"\bName: (\S+)\s+Flags:", line)):
            found[library].append(name[1])
    return found


def _undefined(module: Path) -> list[tuple[str, str | None]]:
    """Name and version of the symbols that the module expects from elsewhere."""
    found = []
    for line in _output("nm", "-D", "--undefined-only", str(module)).splitlines():
        name, _, version = line.split()[-1].partition("@")
        found.append((name, version.lstrip("@") or None))
    return found


def _build(soname: str, names: Names, directory: Path) -> None:
    source = directory / f"{soname}.c"
    source.write_text("\n".join(_source(soname, names)) + "\n")
    command = ["gcc", "-w", "-shared", "-fPIC", "-fno-builtin", f"-Wl,-soname,{soname}"]
    if script := _version_script(names):
        version_map = directory / f"{soname}.map"
        version_map.write_text(script)
        command.append(f"-Wl,--version-script,{version_map}")
    subprocess.run([*command, "-o", str(directory / soname), str(source)], check=True)


def _source(soname: str, names: Names) -> list[str]:
    lines = ["#include <stdio.h>", "#include <stdlib.h>"]
    for name in sorted(set[str]().union(*names.values())):
        if name.startswith(("PyExc_", "_Py_")):  # data, not functions
            lines.append(f"char {name}[4096];")
        else:
            lines.append(
                f'void {name}(void) {{ fputs("stand-in {soname}: {name} called\\n", stderr); abort(); }}'
            )
    return lines


def _version_script(names: Names) -> str:
    blocks, before = [], ""
    for version in sorted(version for version in names if version):
        body = "".join(f" {name};" for name in sorted(names[version])) or " no_such_symbol*;"
        blocks.append(f"{version} {{ global:{body} }} {before};")
        before = version
    return "\n".join(blocks)
