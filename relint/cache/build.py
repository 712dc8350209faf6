"""What a finding owes to relint itself: its sources, its plugins', and the parsers it rests on."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Iterator

from relint import __version__
from relint.digests import digest
from relint.registry import folders, plugin_sources

_PARSERS = ("libcst", "sqlglot")


@cache
def stamp(plugins: tuple[str, ...]) -> str:
    """Changes whenever `contents` may have changed; costs one `stat` a source file."""
    parts = [__version__]
    for path in _sources(plugins):
        found = os.stat(path)
        parts.append(f"{path}:{found.st_mtime_ns}:{found.st_size}")
    return digest("\n".join(parts).encode("utf-8", "surrogatepass"))


@cache
def contents(plugins: tuple[str, ...]) -> str:
    """A digest of the sources; the same wherever the same relint is installed."""
    parts = [__version__]
    parts += [f"{os.path.basename(path)}:{digest(Path(path).read_bytes())}" for path in _sources(plugins)]
    return digest("\n".join(parts).encode("utf-8", "surrogatepass"))


def _sources(plugins: tuple[str, ...]) -> Iterator[str]:
    own = str(Path(__file__).parent.parent)
    outside = [str(folder) for folder in folders() if not str(folder).startswith(own)]
    for folder in [own, *outside]:
        yield from _python_files(folder)
    for package in _PARSERS:
        yield _version_file(package)
    for plugin in plugins:
        yield from map(str, plugin_sources(plugin))


def _python_files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.endswith(".py"):
            yield entry.path
        elif entry.name != "__pycache__" and entry.is_dir():
            yield from _python_files(entry.path)


def _version_file(package: str) -> str:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    version = os.path.join(os.path.dirname(spec.origin), "_version.py")
    return version if os.path.exists(version) else spec.origin
