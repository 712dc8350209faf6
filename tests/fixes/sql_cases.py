"""Statements as people write them, with what they select, and how they run before and after the fix of REL401."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Callable

from relint.config import SettingsFinder
from relint.fix import fix
from relint.settings import Settings, Sql
from relint.source import decode

ROWS = [
    (1, "ann", 5, "2024-01-01"),
    (2, "bob", 7, "2024-02-01"),
    (3, "o'brien", 5, "2024-03-01"),
    (4, "x' OR '1'='1", 9, "2024-04-01"),
    (5, "50% {off} :now ?", 1, "2024-05-01"),
    (6, "back\\slash", 2, "2024-06-01"),
    (7, "' OR 1=1 --", 2, "2024-07-01"),
    (8, "a'; DROP TABLE orders; --", 3, "2024-08-01"),
    (9, '"ünï" ✓ 🐍 %s %(a)s $1 {0}', 3, "2024-09-01"),
]
HOSTILE = [row[1] for row in ROWS[2:]]
SCHEMA = "CREATE TABLE orders (id integer PRIMARY KEY, customer text, amount integer, day text)"


@dataclass(frozen=True)
class Case:
    """SQL text as Python writes it; which rows it selects for (customer, amount); what the fixed text must hold."""

    text: str
    selects: Callable[[tuple[Any, ...], str, int], bool]
    parameters: str = ""


def _is(row: tuple[Any, ...], customer: str, amount: int) -> bool:
    return bool(row[1] == customer)


def _both(row: tuple[Any, ...], customer: str, amount: int) -> bool:
    return bool(row[1] == customer and row[2] == amount)


def _amount(row: tuple[Any, ...], customer: str, amount: int) -> bool:
    return bool(row[2] == amount)


def _holds(row: tuple[Any, ...], customer: str, amount: int) -> bool:
    return customer in row[1]


def _starts(row: tuple[Any, ...], customer: str, amount: int) -> bool:
    return bool(row[1].startswith(customer))


NUMBER_IN_QUOTES = Case("""f"SELECT id FROM orders WHERE CAST(amount AS CHAR(1)) = '{[amount][0]}'\"""", _amount)
"""Nothing says that it is one: between quotes it is text, also for a driver that tells numbers from text."""
CASES = [
    Case("""f"SELECT id FROM orders WHERE customer = '{customer}'\"""", _is),
    Case("""f"SELECT id FROM orders WHERE customer = '{customer}' AND amount = {amount}\"""", _both),
    Case("""f"SELECT id FROM orders WHERE amount = {amount} AND customer = '{customer}'\"""", _both),
    Case("""f"SELECT id FROM orders WHERE customer = '{customer}' AND '{customer}' = customer\"""", _is),
    Case("""f"SELECT id FROM orders WHERE customer = '{customer}' LIMIT {amount}\"""", _is),
    Case("""f"SELECT id FROM orders WHERE '<{customer}>' = '<' || customer || '>'\"""", _is),
    Case("""f"SELECT id FROM orders WHERE customer = '{customer}' AND '{{a}}' = '{{a}}'\"""", _is),
    Case("""f"SELECT id FROM orders WHERE customer = '{customer}' OR customer = '100% sure'\"""", _is),
    Case("""f'''SELECT id
        FROM orders -- it's a comment
        WHERE customer = '{customer}'
        '''""", _is),
    Case(""""SELECT id FROM orders WHERE customer = '%s'" % customer""", _is),
    Case(""""SELECT id FROM orders WHERE customer = '%s' AND amount = %s" % (customer, amount)""", _both),
    Case(""""SELECT id FROM orders WHERE customer = '%(c)s' AND 5 %% 3 = 2" % {"c": customer}""", _is),
    Case(""""SELECT id FROM orders WHERE customer = '{}' AND amount = {}".format(customer, amount)""", _both),
    Case(""""SELECT id FROM orders WHERE amount = {1} AND customer = '{0}'".format(customer, amount)""", _both),
    Case(""""SELECT id FROM orders WHERE customer = '" + customer + "'\"""", _is),
    Case(""""SELECT id FROM orders WHERE customer = '" + customer + "' AND amount = " + str(amount)""", _both),
    Case("""("SELECT id FROM orders WHERE customer = '"
        + customer
        + "' AND amount = "
        + str(amount))""", _both),
    Case("""f"SELECT id FROM orders WHERE customer='{customer}' AND amount<={amount} AND amount>={amount}\"""", _both),
    Case(""""SELECT id FROM orders WHERE customer = '{who}' AND amount = {n}".format(who=customer, n=amount)""", _both),
    Case(""""SELECT id FROM orders WHERE customer = '%s' AND amount = %d" % (customer, amount)""", _both),
    NUMBER_IN_QUOTES,
    Case("""" ".join(["SELECT id FROM orders", f"WHERE customer = '{customer}'"])""", _is),
    Case("""("SELECT id FROM orders "
        f"WHERE customer = '{customer}' "
        f"AND amount = {amount}")""", _both),
]  # fmt: skip
LIKE_CASES = [
    Case("""f"SELECT id FROM orders WHERE customer LIKE '{customer}%'\"""", _starts),
    Case("""f"SELECT id FROM orders WHERE customer LIKE '%{customer}%'\"""", _holds),
    Case(""""SELECT id FROM orders WHERE customer LIKE '%%%s%%'" % customer""", _holds),
]


def selected(case: Case, customer: str, amount: int) -> list[int]:
    return [row[0] for row in ROWS if case.selects(row, customer, amount)]


def settings_for(driver: str | None = None) -> Settings:
    found = SettingsFinder(isolated=True).for_file(Path("app.py"))
    return replace(found, select=("REL401",), sql=Sql(driver), rules={"REL401": {"uncertain": True}})


def fixed(source: str, driver: str | None = None) -> str:
    """The source after the unsafe fixes of REL401; asserts that there was one and that nothing is left."""
    done = fix(decode("app.py", source.encode()), settings_for(driver), unsafe=True)
    assert done.fixed == {"REL401": 1}, f"not fixed: {done.notes}\n{source}"
    assert done.remaining == []
    return done.text


def function(source: str, name: str = "query") -> Callable[..., Any]:
    scope: dict[str, Any] = {}
    exec(compile(source, "app.py", "exec"), scope)
    found: Callable[..., Any] = scope[name]
    return found


def check(
    case: Case, source: str, run: Callable[[Callable[..., Any], str, int], list[int]], hostile: list[str]
) -> None:
    before, after = function(source), function(fixed(source))
    for customer, amount in (("ann", 5), ("bob", 7), ("nobody", 1)):
        assert run(after, customer, amount) == run(before, customer, amount) == selected(case, customer, amount)
    for customer in hostile:
        assert run(after, customer, 5) == selected(case, customer, 5), fixed(source)


def harmless_for_like(values: list[str]) -> list[str]:
    """Those without wildcards, which a parameter leaves wildcards."""
    return [value for value in values if not set("%\\") & set(value)]


GROWING = [
    """
    sql = "SELECT id FROM orders WHERE id > 0"
    if customer:
        sql += f" AND customer = '{customer}'"
    if amount:
        sql += f" AND CAST(amount AS CHAR(1)) = '{amount}'"
    sql += " ORDER BY id"
""",
    """
    sql = f"SELECT id FROM orders WHERE id > {[0][0]}"  # the first part has one too
    if customer and amount:
        sql += " AND customer = '%s' AND CAST(amount AS CHAR(1)) = '%s'" % (customer, amount)
    elif customer:
        sql += f" AND customer = '{customer}'"
    elif amount:
        sql += " AND amount = {}".format(amount)
    sql += " ORDER BY id"
""",
    """
    sql = "SELECT id FROM orders WHERE id > 0"
    for name in [customer] if customer else []:
        sql += " AND customer = '" + name + "'"
    for number in [amount] if amount else []:
        sql += f" AND amount = {number}"
""",
]
"""Bodies of functions of `customer` and `amount` (both may be None) that leave their text in `sql`."""


def check_growing(source: str, run: Callable[[Callable[..., Any], str | None, int | None], list[int]]) -> None:
    done = fix(decode("app.py", source.encode()), settings_for(), unsafe=True)
    assert done.fixed, f"not fixed: {done.notes}\n{source}"
    assert done.remaining == [], done.text
    before, after = function(source), function(done.text)
    for customer in (None, "ann", "nobody", *HOSTILE):
        for amount in (None, 5, 7):
            expected = [r[0] for r in ROWS if customer in (None, r[1]) and amount in (None, r[2])]
            assert sorted(run(after, customer, amount)) == expected, done.text
            if customer not in HOSTILE:
                assert sorted(run(before, customer, amount)) == expected
