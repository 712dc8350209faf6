"""Which database a .sql migration is written for: said by its tool, or told by its words."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from relint.file_context import FileContext
from relint.remembered import remembered
from relint.sql_text import is_mysql, tokens

_PRISMA, _PRISMA_NAME = "migration_lock.toml", "migration.sql"
_PROVIDER = re.compile(r"^\s*provider\s*=\s*\"(\w+)\"", re.MULTILINE)
_PROVIDERS = {"postgresql": "postgresql", "mysql": "mysql", "sqlite": "sqlite", "sqlserver": "mssql"}
_NEIGHBOURS = 20
"""How many files of the folder are read when a file does not tell by itself."""

_SQLITE = re.compile(
    r"\bautoincrement\b|^\s*pragma\b|\bwithout\s+rowid\b|\busing\s+fts\d", re.IGNORECASE | re.MULTILINE
)
_POSTGRESQL = re.compile(
    r"\$\w*\$|\b(?:big|small)?serial\b|\bjsonb\b|\btimestamptz\b|\bbytea\b|\bplpgsql\b|\w::\w|\buuid_generate_v|\bgen_random_uuid"
    r"|\busing\s+(?:btree|gin|gist|brin)\b|\bindex\s+concurrently\b|\bset\s+not\s+null\b|\bnot\s+valid\b"
    r"|\bcreate\s+(?:extension|type|sequence|domain)\b|\balter\s+table\s+only\b|\btype\s+\w+\s+using\b",
    re.IGNORECASE,
)
_MSSQL = re.compile(r"^\s*go\s*$|\bnvarchar\b|\[dbo\]|\bidentity\s*\(\d", re.IGNORECASE | re.MULTILINE)


def engine_of_sql(ctx: FileContext) -> str | None:
    """The engine of the file, as the configuration spells it; None when nothing tells."""
    folder = Path(ctx.path).absolute().parent
    if Path(ctx.path).name == _PRISMA_NAME and _PRISMA in ctx.project.listing(folder.parent):
        found = _PROVIDER.search(ctx.project.text(folder.parent / _PRISMA) or "")
        return _PROVIDERS.get(found[1]) if found else None
    return told(ctx.text) or _of_neighbours(ctx, folder)


@remembered(4096)
def told(text: str) -> str | None:
    """The engine whose words a text uses outside of comments and strings in single quotes."""
    code = _code(text)
    if is_mysql(code):
        return "mysql"
    for engine, words in (("mssql", _MSSQL), ("sqlite", _SQLITE), ("postgresql", _POSTGRESQL)):
        if words.search(code):
            return engine
    return None


def _of_neighbours(ctx: FileContext, folder: Path) -> str | None:
    names = [name for name in ctx.project.listing(folder) if name.lower().endswith(".sql")][:_NEIGHBOURS]
    votes = Counter(told(ctx.project.text(folder / name) or "") for name in names)
    del votes[None]
    return votes.most_common(1)[0][0] if votes else None


def _code(text: str) -> str:
    """The text without comments and what stands in quotes; dollar quotes stay, which only PostgreSQL has."""
    parts, at = [], 0
    for kind, start, end in tokens(text):
        if kind == "comment" or (kind == "string" and text[start] in "'\"eE"):
            parts += [text[at:start], " "]
            at = end
    return "".join([*parts, text[at:]])
