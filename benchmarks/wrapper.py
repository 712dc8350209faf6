"""Runs one command and writes what it cost: `python wrapper.py RESULT.json LOG COMMAND...`.

A small process of its own, because `RUSAGE_CHILDREN` is a sum over all children that a process ever had, and because
a forked child counts its parent's memory as its own.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import time

_PR_SET_CHILD_SUBREAPER = 36
"""linux/prctl.h: processes whose parent ended become our children, so that their cost is counted too."""


def main(result: str, log: str, command: list[str]) -> None:
    """Run it to the end of its last process, and write wall and CPU seconds, megabytes and the exit code."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with open(log, "wb") as output:
        began = time.perf_counter()
        code = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        wall = time.perf_counter() - began
    _wait_for_all()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): kilobytes on Linux, bytes on macOS
    cost = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss * unit / 1e6}
    with open(result, "w", encoding="utf-8") as file:
        json.dump({"cost": cost, "code": code}, file)


def _wait_for_all() -> None:
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
