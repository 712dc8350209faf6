"""Constraints that are validated later hold as those do that are validated at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.fixes.test_migrations import both, execute, schema

CONSTRAINTS = (
    "SELECT conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace ORDER BY 1"
)


def constraints(url: str) -> list[Any]:
    return [tuple(row) for row in execute(url, CONSTRAINTS)]


def test_alembic_constraints(tmp_path: Path) -> None:
    upgrade = """
    op.add_column("invoice", sa.Column("parent_id", sa.Integer))
    op.create_unique_constraint("invoice_id_unique", "invoice", ["id"])
    op.create_foreign_key("invoice_parent", "invoice", "invoice", ["parent_id"], ["id"])
    op.create_check_constraint(op.f("id_positive"), "invoice", "id > -10")
    op.add_column("invoice", sa.Column("more", sa.Text))
    """
    before, after = both(tmp_path, "postgresql", upgrade, "REL505")
    text = after.path.read_text()
    assert text.count("VALIDATE CONSTRAINT") == 2
    assert schema(before.url) == schema(after.url)
    assert constraints(before.url) == constraints(after.url)
