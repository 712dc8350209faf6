"""Only names of tables or columns are written into SQL text, and nothing quotes them.

## Why it is bad
A parameter cannot stand for a name, so this is no mistake by itself. But the text is safe only as long as every caller
passes a name that needs no quotes: a reserved word, a capital letter or a hyphen breaks the statement, and a name that
comes from outside rewrites it.

## Example
```python
import psycopg


def row_count(conn: psycopg.Connection, table: str) -> int:
    return conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
```

## Use instead
```python
import psycopg
from psycopg import sql


def row_count(conn: psycopg.Connection, table: str) -> int:
    return conn.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()[0]
```

Only text that reaches a database call in sight counts. Quiet: constants (`NAME`, `Model._meta.db_table`), names from
literal tuples and dicts, names between `"` or backticks, `quote_name` and `psycopg.sql`. Values in the same text are
REL401, which then is the only finding. The severity is info, and the rule is off by default: between one name in four
and four in ten go back to a constant in another file or a model, and a list of allowed names may stand there too. With
the option `fragments = true`, pieces of a statement that come from out of sight (`WHERE {condition}`) count as well.

## Fix safety
Only shown: whether the text is a name, a list of names or a piece of a statement is for a person to say.

## References
- https://www.psycopg.org/psycopg3/docs/api/sql.html
- https://docs.djangoproject.com/en/5.2/topics/db/sql/#executing-custom-sql-directly
- https://cwe.mitre.org/data/definitions/89.html
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.sql import shown, sites

rule = Rule(
    code="REL402",
    near=("interpolation or a call that takes sql", "sql with holes"),
    anywhere=("sql, here or imported",),
    words=(
        "execute", "executemany", "executescript", "exec_driver_sql", "execute_batch", "execute_values", "copy_expert",
        "mogrify", "raw", "RawSQL", "RunSQL", "extra", "DDL", "read_sql", "read_sql_query", "fetchrow", "fetchval",
        "fetch_all", "fetch_one", "fetch_val", "runQuery", "runOperation",
        "execute_sql", "execute_query", "execute_script", "run_sql", "_run_sql",
        "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "REPLACE", "WHERE", "where", "select",
        "COPY", "CREATE", "ALTER", "DROP", "GRANT", "ATTACH", "UNLOAD", "COMMENT", "EXEC",
    ),
    severity="info",
    default=False,
    fix="display",
    options={"fragments": False},
)  # fmt: skip


@rule.on(cst.Module)
def check(node: cst.Module, ctx: Context) -> Iterator[Finding]:
    for site in sites(ctx):
        holes = site.names or (site.fragments if ctx.option("fragments") else [])
        if site.doubtful or not holes or site.sink is None:
            continue
        names = list(dict.fromkeys(shown(ctx, one.hole) for one in holes))
        becomes = "becomes part" if len(names) == 1 else "become part"
        yield rule.finding(
            site.root,
            f"{', '.join(f'`{name}`' for name in names)} {becomes} of the SQL text, and nothing quotes it: "
            "a name that needs quotes breaks the statement, and one from outside rewrites it",
            data=site,
            related=((site.sink.call, "executed here"),),
        )
