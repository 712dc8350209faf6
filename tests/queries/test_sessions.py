from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.adapters import ineffective_default
from relint.queries.sessions import pool_may_have_timeout, session_brings_timeout
from tests.asking import context, node

ADAPTER = """
import requests, functools, urllib3
from requests.adapters import HTTPAdapter
from elsewhere import Unknown


class Adapter(HTTPAdapter):
    def send(self, request, **kwargs):
        {send}
        return super().send(request, **kwargs)


def f(url, options, verb):
    session = requests.Session()
    {session}
    session.get(url)
    session.send(url)
"""
WORKS = "kwargs['timeout'] = kwargs.get('timeout') or 5"


@pytest.mark.parametrize(
    ("send", "session", "get", "sent"),
    [
        (WORKS, "session.mount('https://', Adapter())", True, True),
        (WORKS, "session.mount('file://', Adapter())", False, False),
        (WORKS, "session.mount('https://', HTTPAdapter())", False, False),
        (WORKS, "session.mount('https://', Unknown())", True, True),
        (WORKS, "adapter = Adapter(); session.mount(url, adapter)", True, True),
        ("kwargs.setdefault('timeout', 5)", "session.mount('https://', Adapter())", False, True),
        ("kwargs.setdefault('stream', True)", "session.mount('https://', Adapter())", False, False),
        (WORKS, "session.request = functools.partial(session.request, timeout=5)", True, True),
        (WORKS, "setattr(session, verb, functools.partial(session.get, timeout=5))", True, True),
        (WORKS, "setattr(session, 'verify', True)", False, False),
        (WORKS, "session.timeout = 5", False, False),
        (WORKS, "session = requests.Session(default_timeout=5)", True, True),
    ],
)
def test_session_brings_timeout(send: str, session: str, get: bool, sent: bool) -> None:
    ctx = context(ADAPTER.format(send=send, session=session))
    assert session_brings_timeout(ctx, node(ctx, "session.get(url)", cst.Call).func) is get
    assert session_brings_timeout(ctx, node(ctx, "session.send(url)", cst.Call).func) is sent


@pytest.mark.parametrize(
    ("pool", "may"),
    [
        ("pool = urllib3.PoolManager()", False),
        ("pool = urllib3.PoolManager(timeout=5)", True),
        ("pool = urllib3.PoolManager(timeout=None)", False),
        ("pool = urllib3.PoolManager(**options)", True),
        ("pool = options", True),
    ],
)
def test_pool_may_have_timeout(pool: str, may: bool) -> None:
    ctx = context(f"import urllib3\n\n\ndef f(url, options):\n    {pool}\n    pool.request('GET', url)\n")
    assert pool_may_have_timeout(ctx, node(ctx, "pool.request('GET', url)", cst.Call).func) is may


@pytest.mark.parametrize(
    ("signature", "body", "how"),
    [
        ("request, **kwargs", "kwargs.setdefault('timeout', 5)", "setdefault"),
        ("request, **kwargs", "kwargs['timeout'] = kwargs.get('timeout', 5)", "get"),
        ("request, **kwargs", "timeout = kwargs.pop('timeout', 5)", "get"),
        ("request, **kwargs", "if 'timeout' not in kwargs: kwargs['timeout'] = 5", "not in"),
        ("request, timeout=5, **kwargs", "pass", "parameter"),
        ("request, timeout=5, **kwargs", "timeout = timeout or 5", None),
        ("request, timeout=None, **kwargs", "pass", None),
        ("request, **kwargs", "kwargs['timeout'] = 5", None),
        ("request, **kwargs", "if kwargs.get('timeout') is None: kwargs['timeout'] = 5", None),
        ("request, **kwargs", "kwargs.setdefault('timeout', None)", None),
        ("request, **kwargs", "kwargs.setdefault('stream', 5)", None),
    ],
)
def test_ineffective_default(signature: str, body: str, how: str | None) -> None:
    ctx = context(f"class Adapter(HTTPAdapter):\n    def send(self, {signature}):\n        {body}\n")
    [send] = ctx.tree.of(cst.FunctionDef)
    found = ineffective_default(ctx, send)
    assert (found.how if found else None) == how
