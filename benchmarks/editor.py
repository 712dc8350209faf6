"""Keystroke to diagnostics: replays typing on real files through `relint server` and prints medians and memory.

    python benchmarks/editor.py                    # files of about 1,000 lines from the installed packages
    python benchmarks/editor.py src/app.py --edits 10000

Each edit deletes or types one character of a line that stands in the file, as a whole-document change, and ends when
the diagnostics of that very version have come. `debounce 0` is what relint needs, `default` what a person waits; the
medians are those of all edits and of the ones after which the file could be parsed. `cpu` is the mean processor time
of the server for an edit, which other programs on the machine hardly change.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import json
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any, Iterator

LINES = range(900, 1101)
"""How long the files are that are looked for."""

UNCHECKED = ("REL000", "REL001", "REL002")


class Server:
    """A server in a process of its own, spoken to without a library: only its time is to be measured."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "relint", "server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )
        self._serial = itertools.count(1)
        options = {"rootUri": folder.as_uri(), "initializationOptions": settings}
        self.send("initialize", {"processId": None, "capabilities": {}, **options}, reply=True)
        self.send("initialized", {})

    def send(self, method: str, params: Any, *, reply: bool = False) -> None:
        """Send a notification, or a request whose reply is waited for."""
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if reply:
            message["id"] = next(self._serial)
        body = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()
        while reply and self.read().get("id") != message["id"]:
            pass

    def read(self) -> dict[str, Any]:
        """The next message."""
        stream = self.process.stdout
        assert stream is not None
        length = 0
        while header := stream.readline().strip():
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            raise SystemExit("the server ended")
        message: dict[str, Any] = json.loads(stream.read(length))
        return message

    def diagnostics(self, version: int) -> list[Any]:
        """Wait for the diagnostics of a version."""
        while True:
            message = self.read()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["version"] == version:
                found: list[Any] = message["params"]["diagnostics"]
                return found

    def memory(self) -> float:
        """Resident megabytes; 0 where /proc does not tell."""
        try:
            with open(f"/proc/{self.process.pid}/statm") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
        except OSError:
            return 0.0

    def cpu(self) -> float:
        """Seconds of processor time used so far; 0 where /proc does not tell."""
        try:
            with open(f"/proc/{self.process.pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End the server."""
        self.send("shutdown", None, reply=True)
        self.send("exit", None)
        self.process.wait(10)


def typing(text: str) -> Iterator[str]:
    """Texts of a file while somebody deletes and types its lines again, character by character, for ever."""
    lines = text.splitlines(keepends=True)
    worth = [index for index, line in enumerate(lines) if _is_typed(line.strip())]
    for number in itertools.count():
        index = worth[number * 37 % len(worth)]
        before, line, after = "".join(lines[:index]), lines[index].rstrip("\r\n"), "".join(lines[index + 1 :])
        indent = len(line) - len(line.lstrip())
        for length in (*range(len(line) - 1, indent - 1, -3), *range(indent + 1, len(line) + 1)):
            yield f"{before}{line[:length]}\n{after}"


def _is_typed(line: str) -> bool:
    return 20 <= len(line) <= 70 and not line.startswith(("#", '"', "'"))


def measure(folder: Path, text: str, edits: int, settings: dict[str, Any], *, chatty: bool = False) -> str:
    """Replay that many edits of a text; a line of results."""
    server = Server(folder, settings)
    uri = (folder / "app.py").as_uri()
    document = {"uri": uri, "languageId": "python", "version": 0, "text": text}
    server.send("textDocument/didOpen", {"textDocument": document})
    found = server.diagnostics(0)
    times: dict[bool, list[float]] = {True: [], False: []}
    memory: list[float] = []
    used = server.cpu()
    for version, changed in zip(range(1, edits + 1), typing(text), strict=False):
        parses = _parses(changed)
        began = time.perf_counter()
        identifier = {"uri": uri, "version": version}
        change = {"textDocument": identifier, "contentChanges": [{"text": changed}]}
        server.send("textDocument/didChange", change)
        server.diagnostics(version)
        times[parses].append((time.perf_counter() - began) * 1000)
        if version % max(1, edits // 10) == 0:
            memory.append(server.memory())
            if chatty:
                print(f"    {version} edits: {_median([*times[True], *times[False]])}, {memory[-1]:.0f} MB", flush=True)
    used = (server.cpu() - used) / edits * 1000
    server.stop()
    every = sorted([*times[True], *times[False]])
    parts = [
        f"median {_median(every)}",
        f"95% {every[len(every) * 95 // 100]:6.1f} ms",
        f"parsable ({100 * len(times[True]) // edits}%) {_median(times[True])}",
        f"cpu {used:5.1f} ms",
        f"{len(found)} findings",
        f"{memory[0]:.0f} -> {memory[-1]:.0f} MB",
    ]
    return "  ".join(parts)


def _median(times: list[float]) -> str:
    return f"{statistics.median(times):6.1f} ms" if times else "-"


def _parses(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            return False
    return True


def candidates(limit: int) -> Iterator[tuple[str, str]]:
    """Installed files of about 1,000 lines with findings: name and text."""
    from relint.check import check
    from relint.config import SettingsFinder
    from relint.source import Unreadable, read

    site = Path(sysconfig.get_paths()["purelib"])
    settings = SettingsFinder(isolated=True, overrides={"check-tests": True}).for_folder(site)
    for path in sorted(site.rglob("*.py")):
        try:
            source = read(str(path))
        except Unreadable:
            continue
        if source.text.count("\n") not in LINES:
            continue
        if any(each.code not in UNCHECKED for each in check(source, settings, fixes=False)):
            yield str(path.relative_to(site)), source.text
            limit -= 1
            if not limit:
                return


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--edits", type=int, default=200, help="edits a file")
    parser.add_argument("--count", type=int, default=5, help="files to look for among the installed packages")
    parser.add_argument("--runs", type=int, default=2, help="1: without a debounce only")
    options = parser.parse_args()
    texts = [(str(file), file.read_text("utf-8")) for file in options.files] or list(candidates(options.count))
    for name, text in texts:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place).resolve()
            print(f"{name}: {text.count(chr(10))} lines, {len(text) / 1000:.0f} KB", flush=True)
            for label, settings in (("debounce 0", {"debounce": 0}), ("default   ", {}))[: options.runs]:
                result = measure(folder, text, options.edits, settings, chatty=options.edits >= 5000)
                print(f"  {label}  {result}", flush=True)


if __name__ == "__main__":
    main()
