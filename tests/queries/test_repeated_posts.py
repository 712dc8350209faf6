"""Which requests are sent again though they may have arrived."""

from __future__ import annotations

import pytest

from relint.queries.repeated_posts import repeated_posts
from tests.asking import context

DECORATED = """
import httpx
from tenacity import retry, retry_if_exception_type


@retry(retry=retry_if_exception_type({errors}))
def order(item):
    return httpx.post("https://shop.example/{path}", json=item)
"""


def names(path: str = "orders", errors: str = "httpx.HTTPError") -> list[str]:
    ctx = context(DECORATED.format(path=path, errors=errors))
    return [found.name for found in repeated_posts(ctx)]


def test_a_post_that_creates() -> None:
    assert names() == ["httpx.post"]


@pytest.mark.parametrize("path", ["items/search", "oauth", "v1/embeddings", "graphql"])
def test_a_post_that_asks(path: str) -> None:
    assert names(path) == []


@pytest.mark.parametrize("errors", ["httpx.ConnectError", "(httpx.ConnectError, RateLimitError)"])
def test_nothing_has_arrived(errors: str) -> None:
    assert names(errors=errors) == []


def test_one_of_the_errors_may_come_late() -> None:
    assert names(errors="(httpx.ConnectError, httpx.ReadTimeout)") == ["httpx.post"]
