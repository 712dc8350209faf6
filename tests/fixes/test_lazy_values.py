"""Under the lock that the fix writes, threads that come together share one value."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.fixing import fixed, run

CODE = """
import threading

client = None


def get_client():
    global client
    if client is None:
        client = Client()
    return client


class Shop:
    _pool = None

    @classmethod
    def pool(cls):
        if not cls._pool:
            cls._pool = Client()
        return cls._pool
"""


def distinct(code: str, ask: str) -> int:
    """How many different values eight threads get that ask at once."""

    class Client:
        def __init__(self) -> None:
            time.sleep(0.05)

    module = run(code, Client=Client)
    together = Barrier(8)

    def caller(_: int) -> int:
        together.wait()
        return id(eval(ask, module))

    with ThreadPoolExecutor(8) as threads:
        return len(set(threads.map(caller, range(8))))


def test_a_global() -> None:
    assert distinct(CODE, "get_client()") > 1
    assert distinct(fixed(CODE, "REL309"), "get_client()") == 1


def test_an_attribute_of_a_class() -> None:
    assert distinct(CODE, "Shop.pool()") > 1
    assert distinct(fixed(CODE, "REL309"), "Shop.pool()") == 1


def test_a_maker_that_asks_for_the_value() -> None:
    code = """
import threading

client = None


def get_client():
    global client
    if client is None:
        client = make_client()
    return client


def make_client():
    global asked
    if not asked:
        asked = True
        get_client()
    return object()
"""
    repaired = fixed(code, "REL309")
    assert "RLock" in repaired
    assert run(repaired, asked=False)["get_client"]() is not None
