"""Which holes in SQL text may hold text that the program itself wrote."""

from __future__ import annotations

import pytest

from relint.queries.sql import sites
from tests.asking import context

SOURCE = """
from .texts import ids_as_text

class Table:
    name = None
    size = None

    def __init__(self, db, size):
        self.db = db
        self.size = size

    def run(self, ids, table, user):
        self.db.execute(f"{sql}")
"""


@pytest.mark.parametrize(
    ("sql", "own"),
    [
        ("SELECT a FROM t WHERE id IN {ids_as_text(ids)}", True),
        ("SELECT a FROM t WHERE id IN {self.limit()}", True),
        ("SELECT a FROM t WHERE id IN {tuple(ids)}", False),
        ("SELECT relname FROM pg_class WHERE relname IN {tuple(ids)}", True),
        ("SELECT a FROM t WHERE id = '{ids_as_text(ids)}'", False),
        ("SELECT a FROM t WHERE id = {self.get_argument('id')}", False),
        ("SELECT a FROM t WHERE id = {input('id')}", False),
        ("SELECT a FROM t WHERE id = {user.id()}", True),
        ("SELECT a FROM t WHERE id = {user}", False),
        ("SELECT a FROM t WHERE id = {made(user)}", True),
        ("SELECT a FROM t WHERE id = {user.id}", False),
        ("SELECT a FROM t WHERE id = {user['user_id']}", False),
        ("SELECT a FROM t WHERE id = {str(user.pk)}", False),
        ("SELECT a FROM t WHERE id = {user[0]}", False),
        ("SELECT a FROM t WHERE id = {user[0].note}", False),
        ("SELECT a FROM t WHERE valid = {user}", False),
        ("SELECT a FROM t WHERE valid = {user + table}", True),
        ("SELECT a FROM t WHERE valid = {valid}", False),
        ("SELECT a FROM t WHERE valid > {user.last_valid}", False),
        ("SELECT a FROM t WHERE t.[valid] = {str(valid)}", False),
        ("SELECT a FROM t WHERE production = {prod}", False),
        ("SELECT a FROM t WHERE id = {userid}", False),
        ("SELECT a FROM t WHERE id = {valid}", False),
        ("SELECT a FROM t WHERE id = {idea}", True),
        ("SELECT a FROM t LIMIT 5, {user}", False),
        ("SELECT a FROM t WHERE b BETWEEN {user.start} AND 5", False),
        ("SELECT a FROM t WHERE b between 5 and {last_user}", False),
        ("SELECT a FROM t WHERE b BETWEEN {user} AND 5", False),
        ("SELECT a FROM t WHERE b BETWEEN {made(user)} AND 5", True),
        ("SELECT * FROM read_csv('{user}')", False),
        ("SELECT * FROM read_csv('a.csv', delim='{user}')", True),
        ("SELECT a FROM t WHERE id IN ({user_id})", True),
        ("SELECT a FROM t WHERE id IN ({','.join(ids)})", False),
        ("SELECT a FROM t WHERE id IN ({','.join(str(i) for i in ids)})", False),
        ("SELECT a FROM t WHERE id IN ({','.join(map(str, ids))})", False),
        ("SELECT a FROM t WHERE id IN ({str(ids)[1:-1]})", False),
        ("SELECT a FROM t WHERE id IN ({','.join(self.written(i) for i in ids)})", True),
        ("SELECT relname FROM pg_class WHERE oid IN ({','.join(ids)})", True),
        ("SELECT a FROM t WHERE id IN ({' UNION '.join(ids)})", True),
        ("SELECT a FROM t WHERE b = :b AND ROWNUM <= {user}", False),
        ("SELECT a FROM t WHERE user_shop = {user.USER_SHOP}", False),
        ("SELECT a FROM t WHERE shop = {user.COUNTRY}", False),
        ("SELECT a FROM t WHERE id IN ('{user_id}')", False),
        ("SELECT a FROM t WHERE id IN (SELECT b FROM t WHERE c > {user_id})", False),
        ("SELECT a FROM t LIMIT {user}", False),
        ("INSERT INTO t VALUES ({user}, {','.join(ids)})", True),
        ("INSERT INTO t VALUES ({str(ids)[1:-1]})", False),
        ("INSERT INTO t VALUES {tuple(ids)}", False),
        ("INSERT INTO t VALUES {str((user, ids))}", False),
        ("INSERT INTO t VALUES {str(user)}", True),
        ("INSERT INTO t VALUES {user, ids}", False),
        ("SELECT a FROM t WHERE id IN {('a', 'b')}", True),
        ("INSERT INTO t VALUES ({','.join(map(repr, ids))})", False),
        ("INSERT INTO t VALUES ({','.join(map(made, ids))})", True),
        ("INSERT INTO t VALUES ({user}, {user.id})", False),
        ("UPDATE t SET a = {user}", False),
        ("INSERT INTO t VALUES ({user.a}, {str(user['b'])})", False),
        ("SELECT a FROM t WHERE id = '{user}'", False),
        ("PRAGMA key='{user}'", True),
        ("EXEC sp_rename '{user}', 'b'", True),
        ("EXEC enrol '{user}'", False),
        ("SELECT TOP {user.id} a FROM t", True),
        ("SELECT date_trunc('{user}', day) FROM t", True),
        ("SELECT a FROM t WHERE data->>'{user}' = 'x'", True),
        ("SELECT a FROM t WHERE b = '{safe_user}'", True),
        ("SELECT a FROM t WHERE b = '{user.value}'", True),
        ("SELECT a FROM t WHERE b = '{value}'", False),
        ("SELECT a FROM {user} WHERE schema_name = '{user}'", True),
        ("SELECT f('{user}.{user}')", True),
        ("SELECT lower('{user}.{user}')", True),
        ("SELECT lower('{user} {user}')", False),
        ("SELECT to_tsquery('{user}', b) FROM t", True),
        ("SELECT to_tsquery('{user}') FROM t", False),
        ("SELECT SYSTEM$ENABLE('{user}')", True),
        ("SET application_name = '{user}'", True),
        ("ALTER USER a PASSWORD '{user}'", True),
        ("REPLACE VIEW v AS SELECT a FROM t WHERE id = '{user}'", True),
        ("REPLACE INTO t VALUES ('{user}')", False),
        ("SELECT a FROM t WHERE b = '{self.name}'", True),
        ("SELECT a FROM t WHERE b = '{self.size}'", False),
        ("SELECT a FROM t WHERE b = '{table}'", True),
        ("SELECT sql FROM sqlite_master WHERE name = '{user}'", True),
        ("SELECT a FROM pg_inherits WHERE inhparent = '{user.oid}'", False),
        ("SELECT a FROM (SELECT b FROM t WHERE b = '{user}') pg_quick", False),
        ("SELECT a FROM t WHERE ST_Contains(b, ST_PointFromText('{user.wkt}', 4326))", False),
        ("ATTACH '{user}' AS archive", False),
        ("SELECT pg_relation_size('{user}')", True),
        ("SELECT pg_notify('c', '{user}')", False),
        ("SELECT phrase('{user}')", True),
        ("SELECT lower('{user}')", False),
        ("SELECT {user}('{user}')", True),
        ("CALL enrol('{user}')", False),
        ("CALL a.system.enrol('{user}')", True),
        ("SELECT sum(CASE WHEN a = '{user}' THEN 1 ELSE 0 END) FROM t", False),
        ("SELECT build(a USING PARAMETERS index='{user}') FROM t", True),
        ("SELECT build(a, kind => '{user}') FROM t", True),
        ("SELECT a FROM t WHERE (b = '{user}')", False),
        ("SELECT token({user.pk}) FROM t", True),
        ("SELECT '{user}' AS b", False),
        ("COMMIT PREPARED '{user}'", True),
    ],
)
def test_own_text(sql: str, own: bool) -> None:
    (site,) = sites(context(SOURCE.replace("{sql}", sql)))
    assert all(one.own for one in site.doubtful) == own


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT AddGeometryColumn('orders', '{user.column_name}')",
        "SELECT sql FROM sqlite_master WHERE name = '{table}'",
        "SELECT 1 FROM information_schema.tables WHERE table_name = '{table}'",
        "SELECT bm25(t, {user}) FROM t",
        "CREATE TABLE b AS SELECT a FROM t WHERE c > {user}",
    ],
)
def test_no_value(sql: str) -> None:
    assert not [site for site in sites(context(SOURCE.replace("{sql}", sql))) if site.values]
