"""Calls that wait for another process, and where their timeout goes.

Source: https://docs.python.org/3/library/subprocess.html (`timeout=None` everywhere: wait for ever).
"""

from __future__ import annotations

WAITS: dict[str, int | None] = {
    "subprocess.run": None,
    "subprocess.call": None,
    "subprocess.check_call": None,
    "subprocess.check_output": None,
    "subprocess.Popen.communicate": 1,
    "subprocess.Popen.wait": 0,
}
"""Dotted callable -> position of `timeout`, None where it goes by keyword only."""
