"""A run-time value is written into SQL text instead of being passed as a parameter.

## Why it is bad
It works until the value holds a quote: then the statement fails, and a value that somebody chose with care becomes
part of the statement. The database cannot reuse a plan either, because every value makes another text.

## Example
```python
import sqlite3


def orders_of(db: sqlite3.Connection, customer: str) -> list[tuple]:
    return db.execute(f"SELECT id FROM orders WHERE customer = '{customer}'").fetchall()
```

## Use instead
```python
import sqlite3


def orders_of(db: sqlite3.Connection, customer: str) -> list[tuple]:
    return db.execute("SELECT id FROM orders WHERE customer = ?", (customer,)).fetchall()
```

The text is followed through names, `+`, `+=`, `%`, `.format`, `join`, f-strings, branches, module and class constants,
loops over literal tuples, lists that are filled and joined, functions of the file, and what is imported from the
project where the other module writes it out (a constant, or what a function returns, with the arguments that it is
given), up to a database call, or to a function of the project that hands its parameter to one (of this file, or
imported from another). A function out of sight counts where its name says that it runs the whole statement that it is
given (`self.reader.query(sql)`, `db.all(sql)`, `self._update(sql)`).

Found is what can only be a value: it stands between quotes and is compared, inserted, selected, or given to a function
of values (`lower('{x}')`, `read_parquet('{x}')`); or it stands without quotes behind LIMIT, OFFSET or `ROWNUM <=`, or
where its name, its place in a row or the column beside it tells of one value (`= {row.id}`, `= {row[0]}`,
`shop = {shop}`), or where it is compared as it came in (a parameter that is not declared as a number, an item of a row,
a field of an object that holds no settings), or is a list that the code joins or Python writes
(`IN ({",".join(ids)})`, `IN {tuple(x)}`, `VALUES {str((a, b))}`). A whole statement, or a condition in capitals
(`AND shop = '{shop}'`), that no call in sight gets, but that is assigned, returned or passed on (not to a log, a
message or an exception), counts where such a value is compared in it, stands behind LIMIT, or is inserted between
quotes; it is a warning.

How much of it is true, and how much is found, was measured thirteen times on packages that had no part in making the
rule; what each time showed was mended before the next. Of 444 findings read in 977 packages (mostly at most four of a
package), 386 were true. The last time, in 212 packages and by somebody who had no part in the change, 80 of 93 were:
most of the other 13 are quiet since. Before, the others were numbers, dates, constants, text escaped out of sight, and
text for services and languages that are not SQL.

Of 300 true cases that a search for texts of SQL with something put in at the place of a value brought up in the same
packages, 230 were found, and 271 with the option below; the last time 51 and 53 of 57 (at most five of a package: 41
and 43 of 47). Missed are lists that a function of the project writes, numbers that are given to functions,
statements that are not taken for ones with parameters (SHOW), and conditions without a keyword that no call in sight
gets. One application, which hands its ids on in capitals (`scenarios.ZONE_ID`), is not counted: it alone had seven in
the sample, which are found since.

With `uncertain = true` in `[tool.relint.rules.REL401]` that is found as well, with the severity info, where the program
itself may have written what is put in, or a parameter may not do; of 44 such findings read, every other one was true,
so look here once, when you clean up:

- other text that no database call in sight gets, but that parses as one SELECT, INSERT, UPDATE, DELETE, MERGE or VALUES
  statement with a hole where a value stands, or is a clause of one, and goes the same ways;
- other things without quotes, also parameters with a number as default; what a function of the project makes, or a
  name says is clean;
- the name of a table or column between quotes, also where it is looked up in a catalogue; keys of JSON; the arguments
  of functions that may want a name, a path or a unit;
- an attribute that subclasses set, and `x.value`, mostly of an enumeration;
- what stands between quotes in statements that do not take parameters everywhere (CREATE, GRANT, COPY, SET; of ATTACH
  SQLite takes the path as one).

Quiet: literals and constants; placeholder lists; numbers (`int(x)`, `len(x)`, `min(x, 9)`, `%d`, `{x:d}`; what is
annotated as one, also as what a function returns, what the function refuses unless it is one or compares with one, and
options of the command line declared as one), dates and UUIDs;
what `quote_name`, `psycopg.sql` or a compiler wrote; text whose quotes are doubled or taken out in sight; without
quotes, the words and numbers of statements of which they are syntax (`PRAGMA x = {y}`, `KILL {id}`, CREATE) and the
columns and options that functions are given; names of tables that are looked up in a catalogue or given to functions of
names; what a template engine reads (`{{ ref("{x}") }}`). Names of tables and columns are REL402.

## Fix safety
Unsafe, because the database now sees the value with its own type instead of its text; what stood between quotes is
passed as `str(x)` unless it is a string anyway, and text without quotes around it that has quotes in it already must
lose them. The parameter is written in the style of the driver (`?`, `%s`,
`:name`, `$1`), the quotes around the hole go, and what stood between them moves into the parameter (`'%{x}%'` becomes
`f"%{x}%"`). A function of the project gets parameters if it forwards them. A template that only this call fills (a
local name, or a private one of the module) is changed where it stands. A text that grows with `+=` (under conditions
and in loops) and is executed once gets a list of parameters that grows with it; only shown when something else reads
the text, a log for one. With a driver of PostgreSQL alone, `SET x = '{value}'` becomes
`SELECT set_config('x', %s, false)`, and `IN {tuple(names)}` takes the tuple as a parameter (psycopg2). A list for
`= ANY(%s)` is shown for psycopg and asyncpg in place of such a tuple, and for all three in place of
`IN ({",".join(map(str, numbers))})` and `IN ('%s')` with `"','".join(names)`. Django's `.extra(where=[...])` gets
`params=[...]`, pandas' `read_sql` gets `params=` where the driver of its connection is in sight, and `executemany` one
more value in each row that is written in the call. Not offered where a parameter cannot stand (DDL, PRAGMA, other SET),
for other lists after IN, and for a driver that neither the code nor `[tool.relint.sql] driver` tells; only shown where
the value's type decides (asyncpg), where names are interpolated as well, and for the one text of `IN ('{x}')`, which
may be several with quotes between them.

## References
- https://docs.python.org/3/library/sqlite3.html#how-to-use-placeholders-to-bind-values-in-sql-queries
- https://www.psycopg.org/psycopg3/docs/basic/params.html
- https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SET
- https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.text
- https://docs.djangoproject.com/en/5.2/topics/db/sql/#passing-parameters-into-raw
- https://cwe.mitre.org/data/definitions/89.html
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.sql import shown, sites
from relint.queries.sql_sinks import Sink

rule = Rule(
    code="REL401",
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
    severity="error",
    fix="unsafe",
    options={"uncertain": False},
)  # fmt: skip


@rule.on(cst.Module)
def check(node: cst.Module, ctx: Context) -> Iterator[Finding]:
    for site in sites(ctx):
        if not site.doubtful or not (site.certain or ctx.option("uncertain")):
            continue
        names = list(dict.fromkeys(shown(ctx, one.hole) for one in site.values))
        told = f"{', '.join(f'`{name}`' for name in names)} {'becomes' if len(names) == 1 else 'become'} part of"
        harm = "a quote in it breaks the statement, and a hostile value rewrites it"
        if site.sink is None:
            message = f"{told} what reads as SQL; no database call in sight gets it, but where one does, {harm}"
            yield rule.finding(site.root, message, data=site, severity="warning" if site.certain else "info")
            continue
        related = _executed(site.sink)
        if site.certain:
            yield rule.finding(site.root, f"{told} the SQL text: {harm}", data=site, related=related)
        else:
            message = f"{told} the SQL text: unless the program itself wrote it, {harm}"
            yield rule.finding(site.root, message, data=site, related=related, severity="info")


def _executed(sink: Sink) -> tuple[tuple[cst.CSTNode, str], ...]:
    """Where the text is given to the database, by which function if not at once."""
    if sink.wrapper is None:
        return ((sink.call, "executed here"),)
    if sink.wrapper.executed is None:
        return ((sink.call, f"executed by `{sink.wrapper.name}`"),)
    return ((sink.call, f"given to `{sink.wrapper.name}`"), (sink.wrapper.executed, "executed here"))
