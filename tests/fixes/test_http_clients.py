"""The fixed code of clients that are not closed: it does the same, and closes what it opens."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.fixing import fixed, run


class Client(httpx.Client):
    """Counts the clients that are open, and answers without a network."""

    open_ones = 0

    def __init__(self) -> None:
        super().__init__(transport=httpx.MockTransport(answer))
        Client.open_ones += 1

    def close(self) -> None:
        Client.open_ones -= not self.is_closed
        super().close()

    def __exit__(self, *error: Any) -> None:
        self.close()
        super().__exit__(*error)


def answer(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/broken":
        raise httpx.ConnectError("broken")
    return httpx.Response(200, text=request.url.path)


CODE = """
    import httpx
    def pages(paths):
        client = httpx.Client()
        found = [client.get(f"https://example.com{path}").text for path in paths]
        client.close()
        return found
    """


def test_a_client_is_closed_when_a_request_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx, "Client", Client)
    left_open = []
    for code in (CODE, fixed(CODE, "REL106")):
        pages = run(code)["pages"]
        monkeypatch.setattr(Client, "open_ones", 0)
        assert pages(["/a", "/b"]) == ["/a", "/b"]
        assert Client.open_ones == 0
        with pytest.raises(httpx.ConnectError):
            pages(["/a", "/broken"])
        left_open.append(Client.open_ones)
    assert left_open == [1, 0]


def test_an_asynchronous_client_is_closed() -> None:
    code = """
        import httpx
        async def use(kept):
            client = httpx.AsyncClient()
            kept.append(client)
            state = not client.is_closed
            return state
        """
    assert fixed(code, "REL106") == fixed(code), "it is kept elsewhere"
    code = code.replace("kept.append(client)", "opened = not client.is_closed\n            kept.append(opened)")
    kept: list[Any] = []
    better = fixed(code, "REL106")
    assert "async with httpx.AsyncClient() as client:" in better
    assert asyncio.run(run(better)["use"](kept)) is True
    assert kept == [True]
