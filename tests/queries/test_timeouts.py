from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.timeouts import is_bounded_outside, lacks_timeout, may_hold
from relint.queries.urls import is_local_url
from tests.asking import context, node


@pytest.mark.parametrize(
    ("arguments", "lacks"),
    [
        ("url", True),
        ("url, timeout=None", True),
        ("url, timeout=NEVER", True),
        ("url, timeout=(3, None)", True),
        ("url, timeout=(3, 30)", False),
        ("url, timeout=limit", False),
        ("url, 5", False),
        ("url, None", True),
        ("*urls", False),
        ("url, **given", False),
        ("url, **PLAIN", True),
        ("url, **LIMITED", False),
        ("url, **{'timeout': 5}", False),
        ("url, **dict(headers={})", True),
    ],
)
def test_lacks_timeout(arguments: str, lacks: bool) -> None:
    code = "NEVER = None\nPLAIN = {'headers': {}}\nLIMITED = dict(timeout=5)\n"
    ctx = context(f"{code}def f(url, urls, limit, given):\n    get({arguments})\n")
    assert lacks_timeout(ctx, node(ctx, f"get({arguments})", cst.Call), 1) is lacks


@pytest.mark.parametrize(
    ("statement", "may"),
    [
        ("options['auth'] = 1", False),
        ("options['timeout'] = 1", True),
        ("options[key] = 1", True),
        ("options.update(auth=1)", False),
        ("options.update({'auth': 1})", False),
        ("options.update(given)", True),
        ("options.update(timeout=1)", True),
        ("options.setdefault('timeout', 1)", True),
        ("options.setdefault('auth', 1)", False),
        ("options.get('timeout')", False),
        ("prepare(options)", True),
    ],
)
def test_a_dict_may_gain_a_timeout(statement: str, may: bool) -> None:
    ctx = context(f"def f(url, key, given):\n    options = {{}}\n    {statement}\n    get(url, **options)\n")
    unpacked = next(arg.value for arg in ctx.tree.of(cst.Arg) if arg.star == "**")
    assert may_hold(ctx, unpacked, "timeout") is may


@pytest.mark.parametrize(
    ("code", "bounded", "blocking_too"),
    [
        ("async def f():\n    async with asyncio.timeout(5):\n        await get()\n", True, False),
        ("async def f():\n    await asyncio.wait_for(get(), 5)\n", True, False),
        ("def f():\n    with eventlet.Timeout(5):\n        get()\n", True, True),
        ("async def f():\n    async with asyncio.timeout(5):\n        def g():\n            get()\n", False, False),
        ("def f():\n    with open(path):\n        get()\n", False, False),
    ],
)
def test_bounded_outside(code: str, bounded: bool, blocking_too: bool) -> None:
    ctx = context(code)
    call = node(ctx, "get()", cst.Call)
    assert is_bounded_outside(ctx, call) is bounded
    assert is_bounded_outside(ctx, call, blocking=True) is blocking_too


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("'data:,hello'", True),
        ("f'file://{path}'", True),
        ("'file://' + path", True),
        ("'file://%s' % path", True),
        ("'file://{}'.format(path)", True),
        ("path.as_uri()", True),
        ("BASE", True),
        ("f'{path}file:'", False),
        ("'https://example.com'", False),
        ("path", False),
    ],
)
def test_local_url(url: str, local: bool) -> None:
    ctx = context(f"BASE = 'file:///etc'\n\n\ndef f(path):\n    urlopen({url})\n")
    [call] = [c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "urlopen"]
    assert is_local_url(ctx, call.args[0].value) is local
