from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.origins import callable_names, origins, receiver
from tests.asking import context, node

CODE = """
    import requests
    try:
        from urllib.request import urlopen
    except ImportError:
        from urllib2 import urlopen

    table = {"get": requests.get, "post": requests.post}

    class Shop(requests.Session):
        def put(self, url):
            return super().put(url)

        def fetch(self, url, verb):
            self.get(url)
            self.put(url)

    def make():
        made = requests.Session()
        return made

    def main(url, verb, given, x):
        send = requests.get if x else requests.post
        send(url)
        getattr(requests, verb)(url)
        getattr(requests, "put")(url)
        table[verb](url)
        urlopen(url)
        unknown = requests.get if x else given
        unknown(url)
        session = make()
        again = session or given
        fetch = again.head
        fetch(url)
    """


@pytest.mark.parametrize(
    ("function", "names"),
    [
        ("send", ("requests.get", "requests.post")),
        ("getattr(requests, verb)", ("requests.get",)),
        ('getattr(requests, "put")', ("requests.put",)),
        ("table[verb]", ("requests.get", "requests.post")),
        ("urlopen", ("urllib.request.urlopen", "urllib2.urlopen")),
        ("unknown", ()),
        ("self.get", ("requests.Session.get",)),
        ("self.put", ()),
        ("super().put", ("requests.Session.put",)),
        ("fetch", ("requests.Session.head",)),
    ],
)
def test_callable_names(function: str, names: tuple[str, ...]) -> None:
    ctx = context(CODE)
    [call] = [c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == function]
    assert callable_names(ctx, call.func) == names


def test_origins_through_functions_and_names() -> None:
    ctx = context(CODE)
    found = origins(ctx, node(ctx, "again", cst.Name, 1))
    assert [ctx.source(call) for call in found.calls] == ["requests.Session()"]
    assert {binding.name for binding in found.bindings} == {"again", "session", "made", "given"}
    assert not found.complete
    assert found.meets(origins(ctx, node(ctx, "made", cst.Name)))
    assert not found.meets(origins(ctx, node(ctx, "table", cst.Name)))


def test_receiver_of_a_bound_method() -> None:
    ctx = context(CODE)
    owner = receiver(ctx, node(ctx, "fetch", cst.Name, 1))
    assert owner is not None
    assert ctx.source(owner) == "again"
    assert receiver(ctx, node(ctx, "send", cst.Name, 1)) is None
