"""The fixed code of the http rules, run against a peer that answers and a peer that never does."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Iterator

import httpx
import pytest
import requests

from tests.fixing import fixed, run

LIMIT = 0.2


@pytest.fixture
def silent() -> Iterator[str]:
    """URL of a peer that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.fixture
def answering() -> Iterator[str]:
    """URL of a peer that answers `{"ok": true}` to everything, after a tenth of a second."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(0.1)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"ok": true}')

        do_POST = do_GET

        def log_message(self, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def hangs(function: Any, *args: Any) -> bool:
    """Whether the call has not come back after three times the limit."""

    def call() -> None:
        try:
            function(*args)
        except Exception:  # noqa: BLE001 - how it ends when the peer goes away is of no interest
            return

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(3 * LIMIT)
    return thread.is_alive()


REQUESTS = {
    "module": "import requests\ndef fetch(url):\n    return requests.get(url).json()\n",
    "session": """
        import requests
        def fetch(url):
            with requests.Session() as session:
                return session.get(url).json()
        """,
    "tuple": "import requests\ndef fetch(url):\n    return requests.get(url, timeout=(3, None)).json()\n",
    "prepared": """
        import requests
        def fetch(url):
            session = requests.Session()
            return session.send(session.prepare_request(requests.Request("GET", url))).json()
        """,
    "mapped": """
        import requests
        from concurrent.futures import ThreadPoolExecutor
        def fetch(url):
            executor = ThreadPoolExecutor(1)
            try:
                return [page.json() for page in executor.map(requests.get, [url])][0]
            finally:
                executor.shutdown(wait=False)
        """,
    "partial": """
        import functools
        import requests
        get = functools.partial(requests.get, headers={})
        def fetch(url):
            return get(url).json()
        """,
    "getattr": "import requests\ndef fetch(url, verb='get'):\n    return getattr(requests, verb)(url).json()\n",
}


@pytest.mark.parametrize("code", REQUESTS.values(), ids=REQUESTS)
def test_requests(code: str, answering: str, silent: str) -> None:
    before = run(code)["fetch"]
    after = run(fixed(code, "REL101", timeout=LIMIT))["fetch"]
    assert before(answering) == after(answering) == {"ok": True}
    assert hangs(before, silent)
    with pytest.raises(requests.Timeout):
        after(silent)


def test_urlopen(answering: str, silent: str) -> None:
    code = "from urllib.request import urlopen\ndef fetch(url):\n    return urlopen(url).read()\n"
    before, after = run(code)["fetch"], run(fixed(code, "REL101", timeout=LIMIT))["fetch"]
    assert before(answering) == after(answering) == b'{"ok": true}'
    assert hangs(before, silent)
    with pytest.raises(TimeoutError):
        after(silent)


@pytest.mark.parametrize("given", ["timeout=None", "timeout=httpx.Timeout(None)"])
def test_httpx(given: str, answering: str, silent: str) -> None:
    code = f"import httpx\ndef fetch(url):\n    with httpx.Client({given}) as c:\n        return c.get(url).json()\n"
    before, after = run(code)["fetch"], run(fixed(code, "REL101", timeout=LIMIT))["fetch"]
    assert before(answering) == after(answering) == {"ok": True}
    assert hangs(before, silent)
    with pytest.raises(httpx.TimeoutException):
        after(silent)


@pytest.mark.parametrize(
    ("on_session", "on_request"),
    [("", "timeout=None"), ("timeout=aiohttp.ClientTimeout(connect=3)", ""), ("timeout=aiohttp.ClientTimeout(0)", "")],
)
def test_aiohttp(on_session: str, on_request: str, answering: str, silent: str) -> None:
    code = f"""
        import aiohttp
        async def fetch(url):
            async with aiohttp.ClientSession({on_session}) as session:
                async with session.get(url, {on_request}) as response:
                    return await response.read()
        """
    before, after = run(code)["fetch"], run(fixed(code, "REL101", timeout=LIMIT))["fetch"]
    assert asyncio.run(before(answering)) == asyncio.run(after(answering)) == b'{"ok": true}'
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(asyncio.wait_for(before(silent), 3 * LIMIT))
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(after(silent))


def test_safe_only_when_sanctioned() -> None:
    code = "import requests\nrequests.get('https://example.com')\n"
    assert fixed(code, "REL101", unsafe=False) == code
    assert "timeout=3)" in fixed(code, "REL101", unsafe=False, timeout=3)


def test_expression_with_its_import() -> None:
    code = "import aiohttp\n\n\nasync def fetch(s: aiohttp.ClientSession):\n    await s.get('/', timeout=None)\n"
    text = fixed(code, "REL101", timeout="settings.LIMIT", timeout_import="from app import settings")
    assert text.startswith("import aiohttp\nfrom app import settings\n")
    assert "timeout=aiohttp.ClientTimeout(total=settings.LIMIT)" in text


def test_mail(silent: str) -> None:
    code = "import smtplib\ndef connect(port):\n    return smtplib.SMTP('127.0.0.1', port)\n"
    port = int(silent.rpartition(":")[2].rstrip("/"))
    assert hangs(run(code)["connect"], port)
    with pytest.raises((TimeoutError, smtplib.SMTPException)):
        run(fixed(code, "REL102", timeout=LIMIT))["connect"](port)


ADAPTERS = {
    "setdefault": 'kwargs.setdefault("timeout", 0.2)',
    "get": 'kwargs["timeout"] = kwargs.get("timeout", 0.2)',
    "not in": 'if "timeout" not in kwargs:\n            kwargs["timeout"] = 0.2',
}


@pytest.mark.parametrize("default", ADAPTERS.values(), ids=ADAPTERS)
def test_adapters(default: str, answering: str, silent: str) -> None:
    check_adapter(
        f"""import requests
class Adapter(requests.adapters.HTTPAdapter):
    def send(self, request, **kwargs):
        {default}
        return super().send(request, **kwargs)
""",
        answering,
        silent,
    )


def test_adapter_with_a_parameter(answering: str, silent: str) -> None:
    check_adapter(
        """
        import requests
        class Adapter(requests.adapters.HTTPAdapter):
            def send(self, request, stream=False, timeout=0.2, **kwargs):
                return super().send(request, stream=stream, timeout=timeout, **kwargs)
        """,
        answering,
        silent,
    )


def check_adapter(code: str, answering: str, silent: str) -> None:
    """The adapter's timeout does nothing before the fix and applies after it, and the caller's own wins in both."""

    def session(text: str) -> requests.Session:
        made = requests.Session()
        made.mount("http://", run(text)["Adapter"]())
        return made

    repaired = fixed(code, "REL112", unsafe=False)
    assert session(code).get(answering).json() == session(repaired).get(answering).json() == {"ok": True}
    assert hangs(session(code).get, silent)
    with pytest.raises(requests.Timeout):
        session(repaired).get(silent)
    with pytest.raises(requests.Timeout):
        session(repaired).get(answering, timeout=0.01)


def test_suggested_session_class() -> None:
    from relint.check import check
    from relint.fix import apply_edits
    from relint.model import Safety
    from relint.settings import Settings
    from relint.source import decode

    code = "import requests\n\nsession = requests.Session()\nsession.timeout = 5\n"
    [found] = check(decode("app.py", code.encode()), Settings(select=("REL112",)))
    assert found.fix is not None
    assert found.fix.safety is Safety.DISPLAY
    session = run(apply_edits(code, found.fix.edits))["session"]
    assert isinstance(session, requests.Session)
    with pytest.raises(requests.ConnectionError, match="timeout"):
        raise_with_timeout(session)


def raise_with_timeout(session: requests.Session) -> None:
    """Fail with what the session would have waited."""

    class Adapter(requests.adapters.HTTPAdapter):
        def send(self, *args: Any, **kwargs: Any) -> Any:
            raise requests.ConnectionError(f"timeout {kwargs['timeout']}")

    session.mount("http://", Adapter())
    session.get("http://example.com")


BLOCKING = {
    "sleep": ("import time\nasync def work(url):\n    time.sleep(0.1)\n    return True\n", True),
    "method": ("import requests\nasync def work(url):\n    return requests.get(url).json()['ok']\n", True),
    "with": (
        """
        from urllib.request import urlopen
        async def work(url):
            with urlopen(url) as page:
                return page.read()
        """,
        b'{"ok": true}',
    ),
    "several": (
        """
        import httpx
        async def work(url):
            return [httpx.get(u).json()["ok"] for u in (url, url)]
        """,
        [True, True],
    ),
    "process": (
        """
        import subprocess
        import sys
        async def work(url):
            return subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True).stdout.strip()
        """,
        b"1",
    ),
}


@pytest.mark.parametrize(("code", "expected"), BLOCKING.values(), ids=BLOCKING)
def test_loop_goes_on(code: str, expected: object, answering: str) -> None:
    before, after = run(code)["work"], run(fixed(code, "REL107"))["work"]
    assert asyncio.run(with_ticks(before, answering)) == (expected, 0)
    result, ticks = asyncio.run(with_ticks(after, answering))
    assert result == expected
    assert ticks > 0


async def with_ticks(work: Any, url: str) -> tuple[object, int]:
    """What the coroutine returns, and how often another one ran meanwhile."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.005)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    result = await work(url)
    ticking.cancel()
    return result, ticks


def test_both_fixes_of_one_call() -> None:
    code = "import requests\n\n\nasync def work(url):\n    return requests.get(url)\n"
    text = fixed(code, "REL101", "REL107", timeout=5)
    assert "return await asyncio.to_thread(requests.get, url, timeout=5)" in text
