"""The files that are linted: downloaded applications, and folders of a wanted size made of them."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.ecosystem.compare import fetch

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACKAGES = Path(__file__).with_name("packages.toml")

_LEFT_OUT = {"build", "dist", "node_modules", "site-packages", "venv", "_build", "buck-out", "__pypackages__", "CVS"}
"""Folders that one tool or another skips by default: without them all tools read the same files."""


@dataclass(frozen=True)
class Corpus:
    """Python files below a folder."""

    folder: Path
    files: tuple[Path, ...]
    """In an order that mixes the packages and is the same everywhere: by a hash of the path."""
    size: int
    """Bytes."""

    @property
    def megabytes(self) -> float:
        """Millions of bytes."""
        return self.size / 1e6

    def lines(self) -> int:
        """Newlines in all files."""
        return sum(map(count_lines, self.files))


def download(cache: Path) -> Path:
    """The folder with the .py files of the pinned packages, each in a folder of its name; downloaded once."""
    folder = cache / "corpus"
    pinned: dict[str, str] = tomllib.loads(PACKAGES.read_text("utf-8"))["packages"]
    for name, version in pinned.items():
        target = folder / f"{name}-{version}"
        if not target.exists():
            unpacked = fetch(name, version, cache / "wheels")
            partial = target.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            _lay_out(((file, file.relative_to(unpacked)) for file in _python_files(unpacked)), partial)
            partial.rename(target)
    return folder


def read(folder: Path) -> Corpus:
    """What lies in a folder."""
    return _corpus(folder, _python_files(folder))


def part(corpus: Corpus, megabytes: float, place: Path) -> Corpus:
    """A folder below `place` with files of the corpus of about that size together: always the same ones."""
    chosen: list[Path] = []
    size = 0
    for file in corpus.files:
        if size >= megabytes * 1e6:
            break
        chosen.append(file)
        size += file.stat().st_size
    return _made(((file, file.relative_to(corpus.folder)) for file in chosen), place / f"{megabytes:g}MB")


def repeated(corpus: Corpus, lines: int, place: Path) -> Corpus:
    """A folder below `place` with about that many lines: files of the corpus, again and again when it has fewer."""
    return _made(_repeat(corpus, lines), place / f"{lines}-lines")


def count_lines(file: Path) -> int:
    """Newlines in a file."""
    return file.read_bytes().count(b"\n")


def _repeat(corpus: Corpus, lines: int) -> Iterator[tuple[Path, Path]]:
    turn = 0
    while lines > 0:
        for file in corpus.files:
            yield file, Path(f"copy{turn}") / file.relative_to(corpus.folder)
            lines -= count_lines(file)
            if lines <= 0:
                return
        turn += 1


def _made(files: Iterable[tuple[Path, Path]], folder: Path) -> Corpus:
    shutil.rmtree(folder, ignore_errors=True)
    _lay_out(files, folder)
    return read(folder)


def _lay_out(files: Iterable[tuple[Path, Path]], folder: Path) -> None:
    for file, name in files:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, target)
        except OSError:  # another disk, or one without links
            shutil.copyfile(file, target)


def _corpus(folder: Path, files: Iterable[Path]) -> Corpus:
    ordered = tuple(sorted(files, key=lambda file: _hash(file.relative_to(folder))))
    if not ordered:
        raise SystemExit(f"{folder} holds no Python")
    return Corpus(folder, ordered, sum(file.stat().st_size for file in ordered))


def _hash(path: Path) -> str:
    return hashlib.sha256(path.as_posix().encode()).hexdigest()


def _python_files(folder: Path) -> Iterator[Path]:
    for above, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _LEFT_OUT and not name.startswith(".")]
        yield from (Path(above) / name for name in names if name.endswith(".py"))
