from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.closing import http_client, left_open
from tests.asking import context


def opened(body: str) -> bool | None:
    """Whether it is closed late; None when nothing is left open."""
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    code = f"import httpx, requests\nfrom urllib.request import urlopen\ndef f(url, g):\n{lines}\n"
    ctx = context(code)
    found = [left_open(ctx, assign, http_client) for assign in ctx.tree.of(cst.Assign)]
    return next((each.closed_late for each in found if each is not None), None)


@pytest.mark.parametrize(
    ("body", "late"),
    [
        ("c = httpx.Client()\nc.get(url)", False),
        ("c = httpx.Client()\nc.get(url)\nc.close()", True),
        ("c = httpx.Client()\ntry:\n    c.get(url)\nfinally:\n    c.close()", None),
        ("c = httpx.Client()\nwith c:\n    c.get(url)", None),
        ("c = httpx.Client()\ng(c)", None),
        ("c = httpx.Client()\nreturn c", None),
        ("c = httpx.Client()\nc = None", None),
        ("c = httpx.Client()\nreturn g(c.get)", None),
        ("r = urlopen(url)\nr.read(1)", False),
        ("r = urlopen(url)\nr.read()", None),
        ("r = requests.get(url, stream=True)\nfor b in r.iter_content():\n    g(b)", None),
        ("r = requests.get(url, stream=True)\nfor b in r.iter_content():\n    break", False),
        ("r = requests.get(url, stream=True)\nr.raise_for_status()\nr.json()", False),
        ("r = requests.get(url, stream=True)\nif r.ok:\n    return r.json()\nreturn None", False),
        ("while True:\n    r = urlopen(url)\n    break\nreturn r.read()", None),
        ("while True:\n    r = urlopen(url)\nreturn r.read()", False),
    ],
)
def test_left_open(body: str, late: bool | None) -> None:
    assert opened(body) is late
