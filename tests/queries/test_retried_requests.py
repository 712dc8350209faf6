"""Which hand-written retries are known to ask another host."""

from __future__ import annotations

from pathlib import Path

import pytest

from relint.libraries.network_errors import is_network_error
from relint.queries.retried_requests import asks_another_host
from relint.queries.retries import retries
from relint.settings import Settings
from tests.asking import context

FILE = """
import boto3
import httpx
import requests
from openai import OpenAI
from urllib.error import URLError

client = httpx.Client()
models = OpenAI()
bucket = boto3.client("s3")


def send(url):
    return client.post(url)


def run(url, call):
    for attempt in range(5):
        try:
            return {}
        except {}:
            continue
"""


@pytest.mark.parametrize(
    ("attempt", "error", "asks"),
    [
        ("call(url)", "requests.ConnectionError", True),
        ("call(url)", "(KeyError, URLError)", True),
        ("call(url)", "ConnectionResetError", True),
        ("call(url)", "OSError", False),
        ("call.bind(url)", "ConnectionError", False),
        ("call(url)", "Exception", False),
        ("client.get(url)", "Exception", True),
        ("requests.get(url).json()", "OSError", True),
        ("send(url)", "Exception", True),
        ("httpx.Client()", "Exception", False),
        ("call(url)", "compat.HTTPError", True),
        ("call.send_raw_request('GET', url)", "CallError", True),
        ("call.send('letter', url)", "CallError", False),
        ("call.begin_create_or_update(url)", "CallError", True),
        ("call.begin(url)", "CallError", False),
        ("models.chat.completions.create(url)", "Exception", True),
        ("bucket.get_object(url)", "Exception", True),
        ("OpenAI(url)", "Exception", False),
    ],
)
def test_asks_another_host(attempt: str, error: str, asks: bool) -> None:
    ctx = context(FILE.format(attempt, error))
    (retry,) = retries(ctx).values()
    (failure,) = retry.failures
    assert asks_another_host(ctx, retry, failure) is asks


@pytest.mark.parametrize(
    ("dotted", "network"),
    [
        ("aiohttp.ClientError", True),
        ("http.client.RemoteDisconnected", True),
        ("google.api_core.exceptions.ServiceUnavailable", True),
        ("redis.exceptions.ConnectionError", True),
        ("pymongo.errors.AutoReconnect", True),
        ("redis.exceptions.WatchError", False),
        ("builtins.OSError", False),
        ("sqlite3.OperationalError", False),
        ("django.db.OperationalError", False),
    ],
)
def test_is_network_error(dotted: str, network: bool) -> None:
    assert is_network_error(dotted) is network


@pytest.mark.parametrize(
    ("errors", "asks"),
    [
        ("(KeyError, requests.ConnectionError)", True),
        ("(requests.Timeout, KeyError)", False),
        ("(KeyError, OSError)", False),
    ],
)
def test_errors_that_another_module_names(tmp_path: Path, errors: str, asks: bool) -> None:
    (tmp_path / "errors.py").write_text(f"import requests\n\nAGAIN = {errors}\n")
    code = "from errors import AGAIN\n" + FILE.format("call(url)", "AGAIN")
    ctx = context(code, str(tmp_path / "app.py"), Settings(root=tmp_path))
    (retry,) = retries(ctx).values()
    (failure,) = retry.failures
    assert asks_another_host(ctx, retry, failure) is asks
