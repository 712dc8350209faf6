"""What is freed goes back to the system."""

from __future__ import annotations

import platform
import sys
import threading

import pytest

from relint.memory import give_back


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc, whose arenas this is about")
def test_what_a_thread_has_freed_is_given_back() -> None:
    pinned: list[bytearray] = []

    def fill() -> None:
        made = [bytearray(20_000) for _ in range(4_000)]
        pinned.append(bytearray(20_000))  # the top of the arena, so that nothing below it is given back by itself
        del made

    thread = threading.Thread(target=fill)
    thread.start()
    thread.join()
    before = resident()
    give_back()
    assert before - resident() > 40_000_000


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from relint import memory

    memory._malloc_trim.cache_clear()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert memory._malloc_trim() is None
    memory._malloc_trim.cache_clear()
    give_back()
