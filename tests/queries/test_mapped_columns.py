"""Which columns of a mapped class tell each row from all others."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint.queries.mapped_columns import mapped_columns
from relint.queries.model_order import ModelOrder
from relint.settings import Settings
from tests.asking import context

MODELS = """
from datetime import datetime
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlmodel import Field, SQLModel

class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        sa.UniqueConstraint("state", "number", name="one"),
        sa.Index("two", "state", "at", unique=True),
        sa.Index("three", "state"),
        sa.Index("four", "at", unique=True, postgresql_where=sa.text("state = 'a'")),
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    state = sa.Column("order_state", sa.String(9))
    code: Mapped[str] = mapped_column(sa.String, unique=True)
    at: Mapped[datetime | None]
    paid_at = sa.Column(sa.BigInteger)
    lines = relationship("Line")
    limit = 5

class Seat(Base):
    row = sa.Column(sa.Integer, primary_key=True)
    place = sa.Column(sa.Integer, primary_key=True)

class Note(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    text: str = Field()
    slug: str = Field(sa_column=sa.Column(sa.String, unique=True))

class Plain:
    limit = 5
"""


def _columns(code: str, path: Path) -> ModelOrder | None:
    (path / "models").mkdir()
    (path / "models" / "__init__.py").write_text("from .tables import *\n")
    (path / "models" / "tables.py").write_text(MODELS)
    ctx = context(code, str(path / "views.py"), Settings(root=path))
    (call,) = ctx.tree.of(cst.Call)
    return mapped_columns(ctx, call.args[0].value)


@pytest.mark.parametrize(
    ("name", "fields", "key"),
    [
        (
            "Order",
            {"number": "int", "state": "String", "code": "String", "at": "datetime", "paid_at": "BigInteger"},
            "number",
        ),
        ("Seat", {"row": "Integer", "place": "Integer"}, None),
        ("Note", {"id": "int", "text": "str", "slug": "str"}, "id"),
    ],
)
def test_columns(name: str, fields: dict[str, str], key: str | None, tmp_path: Path) -> None:
    found = _columns(f"from models import {name}\nuse({name})\n", tmp_path)
    assert found is not None
    assert (found.fields, found.key) == (fields, key)


@pytest.mark.parametrize("name", ["Plain", "gone"])
def test_what_is_not_mapped(name: str, tmp_path: Path) -> None:
    assert _columns(f"from models import {name}\nuse({name})\n", tmp_path) is None


@pytest.mark.parametrize(
    ("names", "certainty"),
    [
        (["number"], "certain"),
        (["code"], "certain"),
        (["state", "number"], "certain"),
        (["state", "at"], "certain"),
        (["state"], "ties"),
        (["at"], "moments"),
        (["paid_at"], "moments"),
        (["lines"], None),
        (["limit"], None),
    ],
)
def test_how_certain_an_order_is(names: list[str], certainty: str | None, tmp_path: Path) -> None:
    found = _columns("from models import Order\nuse(Order)\n", tmp_path)
    assert found is not None
    assert found.certainty(names) == certainty


def test_a_column_inside_a_field(tmp_path: Path) -> None:
    found = _columns("from models import Note\nuse(Note)\n", tmp_path)
    assert found is not None
    assert (found.certainty(["slug"]), found.certainty(["text"])) == ("certain", "ties")
