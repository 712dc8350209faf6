"""A MariaDB server for the tests that need a real one: what `apt-get install mariadb-server` brings, run by itself."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
import time
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

_numbers = count()


@lru_cache(maxsize=1)
def _server() -> str | Exception:
    """The socket that a server listens on, or what hinders it."""
    daemon, install = shutil.which("mariadbd", path="/usr/sbin:/usr/bin"), shutil.which("mariadb-install-db")
    if daemon is None or install is None:
        return FileNotFoundError("mariadbd is not installed")
    folder = Path(tempfile.mkdtemp(prefix="relint-my-"))
    common = ["--no-defaults", f"--datadir={folder / 'data'}"]
    try:
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([install, *common, "--auth-root-authentication-method=normal"], check=True, **quiet)
        socket = str(folder / "socket")
        options = [f"--socket={socket}", f"--pid-file={folder / 'pid'}", "--skip-networking", "--user=root"]
        running = subprocess.Popen([daemon, *common, *options], **quiet)
    except (OSError, subprocess.CalledProcessError) as error:
        return error

    def stop() -> None:
        running.terminate()
        running.wait()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    for _ in range(300):
        if Path(socket).exists():
            return socket
        time.sleep(0.1)
    return TimeoutError("mariadbd does not start")


def new_database() -> dict[str, str]:
    """Name and socket of an empty database; skips the test where no server starts."""
    pymysql = pytest.importorskip("pymysql", reason="needs PyMySQL to talk to a real MariaDB")
    socket = _server()
    if isinstance(socket, Exception):
        pytest.skip(f"no MariaDB here: {socket}")
    name = f"relint_{next(_numbers)}"
    with pymysql.connect(unix_socket=socket, user="root", autocommit=True) as connection:
        connection.cursor().execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    return {"name": name, "socket": socket}


def url_of(database: dict[str, str]) -> str:
    """The address of a database for SQLAlchemy."""
    return f"mysql+pymysql://root@/{database['name']}?unix_socket={database['socket']}"
