"""Decoding as Python does, and writing back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from relint.source import ChangedOnDisk, Unreadable, decode, read, write


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"x = 1\n", "utf-8"),
        (b"# coding: latin-1\n", "latin-1"),
        (b"#!/usr/bin/env python\n# -*- coding: cp1252 -*-\n", "cp1252"),
        (b"\n# vim: set fileencoding=latin-1 :\n", "latin-1"),
        (b"#\r# coding=latin-1\r", "latin-1"),
        (b"\n\n# coding: latin-1\n", "utf-8"),
        (b"x = 1\n# coding: latin-1\n", "utf-8"),
        (b'x = "# coding: latin-1"\n', "utf-8"),
    ],
)
def test_encoding(data: bytes, encoding: str) -> None:
    source = decode("a.py", data)
    assert source.encoding == encoding
    assert source.encode(source.text) == data


def test_a_bom_is_no_text_and_comes_back() -> None:
    source = decode("a.py", b"\xef\xbb\xbf# coding: utf-8\r\nx")
    assert (source.text, source.bom) == ("# coding: utf-8\r\nx", True)
    assert source.encode("y") == b"\xef\xbb\xbfy"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfex\0", "UTF-16"),
        (b"x\0", "NUL"),
        (b"\xe9", "not valid utf-8: add a PEP 263"),
        (b"# coding: nonsense\n", "unknown encoding 'nonsense'"),
        (b"# coding: zip\n", "not a text encoding"),
        (b"# coding: utf-7\nx = '+AGE-'\n", "does not round-trip"),
    ],
)
def test_what_is_no_source(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        decode("a.py", data)


def test_a_missing_file() -> None:
    with pytest.raises(Unreadable, match="cannot be read: No such file"):
        read("/nowhere/a.py")


def test_write_keeps_mode_and_link(tmp_path: Path) -> None:
    path, link = tmp_path / "a.py", tmp_path / "link.py"
    path.write_bytes(b"# coding: latin-1\r\n")
    path.chmod(0o751)
    link.symlink_to(path)
    write(read(str(link)), "# coding: latin-1\r\né\n")
    assert path.read_bytes() == b"# coding: latin-1\r\n\xe9\n"
    assert path.stat().st_mode & 0o7777 == 0o751
    assert link.is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["a.py", "link.py"]


def test_nothing_is_written_over_what_was_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("x\n")
    source = read(str(path))
    path.write_text("y\n")
    with pytest.raises(ChangedOnDisk, match="changed while it was checked"):
        write(source, "z\n")
    assert path.read_text() == "y\n"


def test_text_that_the_encoding_cannot_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"# coding: ascii\n")
    with pytest.raises(UnicodeEncodeError):
        write(read(str(path)), "é")
    assert path.read_bytes() == b"# coding: ascii\n"
