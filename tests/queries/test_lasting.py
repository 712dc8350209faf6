from __future__ import annotations

import pytest

from relint.queries.lasting import connects, holds_a_connection, lives_for_ever, stays_connected, streams
from tests.queries.test_attempts import attempt


@pytest.mark.parametrize(
    ("body", "is_connecting", "is_living", "is_streaming"),
    [
        ("client.connect()", True, True, False),
        ("client.get()", True, False, False),
        ("client.work()", False, False, False),
        ("\n            for event in client.listen(): print(event)", True, True, True),
    ],
)
def test_what_an_attempt_does(body: str, is_connecting: bool, is_living: bool, is_streaming: bool) -> None:
    ctx, _, tried = attempt("while True:", body)
    assert connects(ctx, tried) is is_connecting
    assert lives_for_ever(ctx, tried) is is_living
    assert streams(ctx, tried) is is_streaming


_FOR_EVER = "\n            while True: print(client.receive())"


@pytest.mark.parametrize(
    ("body", "stays"),
    [
        ("client.connect(); client.run()", True),
        (f"client.subscribe(){_FOR_EVER}", True),
        ("client.run(); client.connect()", False),
        ("client.connect(); client.run('ls')", False),
        ("client.connect(); client.read()", False),
        ("client.bind(); client.connect(); client.run()", False),
        (f"client.start(){_FOR_EVER}", False),
        ("follow(client)", True),
        ("look(client)", False),
    ],
)
def test_stays_connected(body: str, stays: bool) -> None:
    ctx, _, tried = attempt("while True:", body, after=_FUNCTIONS)
    assert stays_connected(ctx, tried) is stays


@pytest.mark.parametrize(
    ("body", "holds"), [("follow(client)", True), ("look(client)", False), ("serve(client)", False)]
)
def test_holds_a_connection(body: str, holds: bool) -> None:
    ctx, _, tried = attempt("while True:", body, after=_FUNCTIONS)
    assert holds_a_connection(ctx, tried) is holds


_FUNCTIONS = """

def follow(client):
    client.connect()
    while True:
        print(client.receive())

def look(client):
    client.connect()
    print(client.read())

def serve(client):
    while True:
        print(client.accept().recv())
"""
