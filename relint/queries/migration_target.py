"""Which database migrations run on, and whether they belong to an application."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from relint.file_context import FileContext
from relint.libraries.migrations import CONSTANT_DEFAULT_IS_FREE, DEFAULT_VERSIONS, ENGINE_NAMES
from relint.project import parse
from relint.queries.sql_engine import engine_of_sql
from relint.remembered import remembered
from relint.sql_files import is_sql
from relint.syntax import last_name

_BACKEND = re.compile(r"backends?\.(postgresql|postgis|mysql|sqlite3|spatialite|oracle)|^(mssql)$")
_READS_ENVIRONMENT = frozenset({"db", "db_url", "config", "env", "get", "getenv", "str"})
_URL = re.compile(r"^(postgres(?:ql)?|postgis|mysql|mariadb|sqlite|oracle|mssql)(?:\+\w+)?://")
ENGINES = {
    "postgres": "postgresql",
    "postgis": "postgresql",
    "sqlite3": "sqlite",
    "spatialite": "sqlite",
    **{name: name for name in ENGINE_NAMES},
}
"""What engines are called in URLs, settings and names of folders."""

_MANAGE = re.compile(r"DJANGO_SETTINGS_MODULE\"?'?\s*,\s*[\"']([\w.]+)[\"']")
_ROUTERS = re.compile(r"^\s*DATABASE_ROUTERS\s*(?::[^=]*)?\+?=\s*(?![\[(]\s*[\])])", re.MULTILINE)
_PAGINATION = re.compile(r"[\"']DEFAULT_PAGINATION_CLASS[\"']\s*:\s*[\"']([\w.]+)[\"']")
_PAGE_SIZE = re.compile(r"[\"']PAGE_SIZE[\"']\s*:\s*(?!None\b)\S")
_ATOMIC_REQUESTS = re.compile(r"\bATOMIC_REQUESTS[\"']?\]?\s*[:=](?!\s*False)")


@dataclass(frozen=True)
class Target:
    """A database engine (as `[tool.relint.migrations] database` spells it) and its version.

    `found`: the configuration or the project's settings name the engine; otherwise it is an assumption.
    """

    engine: str
    version: tuple[int, ...]
    found: bool

    @property
    def name(self) -> str:
        """How a message calls it: `PostgreSQL 15`."""
        return f"{ENGINE_NAMES[self.engine]} {'.'.join(map(str, self.version))}"

    @property
    def note(self) -> str:
        """The end of a message: empty when the engine is known."""
        return "" if self.found else f" (taking the database for {self.name}; `[tool.relint.migrations]` can say it)"

    @property
    def constant_default_is_free(self) -> bool:
        """Whether adding a column with a constant default writes no row."""
        return self.version >= CONSTANT_DEFAULT_IS_FREE[self.engine]


def target(ctx: FileContext) -> Target:
    """The database that the migration in this file runs on: configured, found in the project, or PostgreSQL 15."""
    return ctx.memo("migration target", lambda: _target(ctx))


def is_application(ctx: FileContext) -> bool:
    """Whether the file belongs to a project with `manage.py`, settings or a configured database.

    A reusable app does not know what it will run on: nothing may be rewritten there.
    """
    return ctx.settings.migrations.database is not None or project_head(ctx) is not None


def has_routers(ctx: FileContext) -> bool:
    """Whether the project's settings name database routers: not every table is in every database then."""
    head = project_head(ctx)
    paths = _settings_files(ctx, head) if head is not None else ()
    return any(_ROUTERS.search(ctx.project.text(path) or "") for path in paths)


def requests_are_atomic(ctx: FileContext) -> bool:
    """Whether the project's settings mention `ATOMIC_REQUESTS`, other than to switch it off: each view has its
    transaction then."""
    head = project_head(ctx)
    paths = _settings_files(ctx, head) if head is not None else ()
    return any(_ATOMIC_REQUESTS.search(ctx.project.text(path) or "") for path in paths)


def rest_pagination(ctx: FileContext) -> str | None:
    """The one class by which the project's settings let Django REST framework show all lists in pages."""
    head = project_head(ctx)
    paths = _settings_files(ctx, head) if head is not None else ()
    texts = [ctx.project.text(path) or "" for path in paths]
    named = {found[1] for text in texts for found in _PAGINATION.finditer(text)}
    sized = any(_PAGE_SIZE.search(text) for text in texts)
    return named.pop() if len(named) == 1 and sized else None


def _target(ctx: FileContext) -> Target:
    configured = ctx.settings.migrations
    engine = configured.database or _engine_of_folder(ctx)
    if engine is None and is_sql(ctx.path):
        engine = engine_of_sql(ctx)
    engine = engine or _engine_of_settings(ctx) or _engine_of_alembic(ctx)
    known = engine or "postgresql"
    version = tuple(int(part) for part in re.findall(r"\d+", configured.version or ""))
    return Target(known, version or DEFAULT_VERSIONS[known], engine is not None)


def _engine_of_folder(ctx: FileContext) -> str | None:
    """`versions/postgresql/0001.py`, `0001_status_sqlite.py`: some projects keep a history a database."""
    path = Path(ctx.path).absolute()
    for part in (re.split(r"[_.-]", path.stem)[-1], *path.parts[-4:-1]):
        if part in ENGINES:
            return ENGINES[part]
    return None


def _engine_of_alembic(ctx: FileContext) -> str | None:
    for folder in ctx.project.around(Path(ctx.path)):
        if "alembic.ini" in ctx.project.listing(folder):
            text = ctx.project.text(folder / "alembic.ini") or ""
            url = re.search(r"^\s*sqlalchemy\.url\s*=\s*(\w+)", text, re.MULTILINE)
            return ENGINES.get(url[1]) if url else None
    return None


def _engine_of_settings(ctx: FileContext) -> str | None:
    """The one engine that the settings files name; beside another one, SQLite is for development."""
    head = project_head(ctx)
    paths = _settings_files(ctx, head) if head is not None else ()
    found = {engine for path in paths for engine in _engines_named(ctx.project.text(path) or "")}
    if len(found) > 1:
        found.discard("sqlite")
    return found.pop() if len(found) == 1 else None


@remembered(256)
def _engines_named(text: str) -> frozenset[str]:
    """The engines that the strings of a settings file name; not the SQLite that is used where no other is set."""
    tree = parse(text)
    nodes = list(ast.walk(tree)) if tree is not None else []
    instead = {node for call in nodes if isinstance(call, ast.Call) for node in _instead(call)}
    strings = [node.value for node in nodes if isinstance(node, ast.Constant) and node not in instead]
    named = [_BACKEND.search(s) or _URL.search(s) for s in strings if isinstance(s, str)]
    return frozenset(ENGINES[next(group for group in match.groups() if group)] for match in named if match)


def _instead(call: ast.Call) -> Iterator[ast.AST]:
    """What names SQLite in the default of an environment variable: `env.db(default="sqlite:///db")`."""
    if last_name(call.func) in _READS_ENVIRONMENT:
        for default in (*call.args[1:], *(keyword.value for keyword in call.keywords if keyword.arg == "default")):
            yield from (n for n in ast.walk(default) if isinstance(n, ast.Constant) and "sqlite" in str(n.value))


def project_head(ctx: FileContext) -> Path | None:
    """The nearest folder that holds `manage.py` or Django settings."""

    def answer() -> Path | None:
        return next(
            (folder for folder in ctx.project.around(Path(ctx.path)) if any(_settings_files(ctx, folder))), None
        )

    return ctx.memo("project head", answer)


def _settings_files(ctx: FileContext, folder: Path) -> Iterator[Path]:
    """`manage.py` of a folder, the settings that it names, and `settings.py` or `settings/` here and one level down."""
    names = ctx.project.listing(folder)
    if "manage.py" in names and "DJANGO_SETTINGS_MODULE" in (text := ctx.project.text(folder / "manage.py") or ""):
        yield folder / "manage.py"
        if named := _MANAGE.search(text):
            yield from _settings_in(ctx, folder.joinpath(*named[1].split(".")[:-1]))
    yield from _settings_in(ctx, folder)
    for name in names:
        if "." not in name and name.isidentifier():
            yield from _settings_in(ctx, folder / name)


def _settings_in(ctx: FileContext, folder: Path) -> Iterator[Path]:
    names = ctx.project.listing(folder)
    paths = [folder / "settings.py"] if "settings.py" in names else []
    if "settings" in names:
        below = ctx.project.listing(folder / "settings")
        paths += [folder / "settings" / name for name in below if name.endswith(".py")]
    for path in paths:
        text = ctx.project.text(path) or ""
        if "INSTALLED_APPS" in text or "DATABASES" in text:
            yield path
