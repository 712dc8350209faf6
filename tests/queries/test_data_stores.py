from __future__ import annotations

import libcst as cst
import pytest

from relint.libraries.data_stores import Store, store
from relint.queries.data_stores import directory_has_limit, lacking, remote_call, waits_on_purpose
from tests.asking import context, node

STORE = Store(
    needs=("read_limit", "write_limit"),
    waits="it waits",
    enough=("limit",),
    elsewhere=("pool",),
    text=(0, "url"),
    position=2,
)


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        ("", ("read_limit", "write_limit")),
        ("url, 1, 5", ("write_limit",)),
        ("url, read_limit=5, write_limit=None", ("write_limit",)),
        ("read_limit=5, write_limit=5", ()),
        ("limit=5", ()),
        ("pool=pool", ()),
        ("**options", ()),
        ("'store://host/?limit=5'", ()),
        ("f'store://{url}/?read_limit=5'", ()),
        ("f'store://{url}'", ("read_limit", "write_limit")),
        ("url", ("read_limit", "write_limit")),
    ],
)
def test_lacking(arguments: str, missing: tuple[str, ...]) -> None:
    ctx = context(f"def f(url, pool, options):\n    make({arguments})\n")
    assert lacking(ctx, node(ctx, f"make({arguments})", cst.Call), STORE) == missing


def test_the_names_of_one_client() -> None:
    assert store("redis.client.StrictRedis") == store("redis.Redis")
    assert store("redis.StrictRedis.from_url") is not None
    assert store("redis.Redis.get") is None
    assert store("redis.RedisError") is None
    assert store("paramiko.client.SSHClient.connect") == store("paramiko.SSHClient.connect")


@pytest.mark.parametrize(
    ("call", "purpose"),
    [("c.blpop('q')", True), ("c.xread({}, block=0)", True), ("c.pubsub()", True), ("c.get('q')", False)],
)
def test_waits_on_purpose(call: str, purpose: bool) -> None:
    assert waits_on_purpose(context(f"{call}\n")) is purpose


@pytest.mark.parametrize(
    ("line", "limited"),
    [
        ("c.set_option(ldap.OPT_NETWORK_TIMEOUT, 5)", True),
        ("c.network_timeout = 5", True),
        ("c.set_option(option, value)", True),
        ("c.set_option(ldap.OPT_REFERRALS, 0)", False),
    ],
)
def test_directory_has_limit(line: str, limited: bool) -> None:
    assert directory_has_limit(context(f"import ldap\n{line}\n")) is limited


@pytest.mark.parametrize(
    ("call", "method"),
    [
        ("stub.Get(1)", "Get"),
        ("stub.Get(1, timeout=5)", None),
        ("stub.Get(1, 5)", None),
        ("stub.GetStream(1)", None),
        ("stub.get(1)", None),
        ("list(stub.GetAll(1))", None),
    ],
)
def test_remote_call(call: str, method: str | None) -> None:
    code = "import grpc\nfrom a_pb2_grpc import AStub\nstub = AStub(grpc.insecure_channel('a'))\n"
    ctx = context(f"{code}{call}\n")
    inner = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c).startswith("stub."))
    assert remote_call(ctx, inner) == method
