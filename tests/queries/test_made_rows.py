"""Which calls make a row, and which rows are there twice when they are made twice."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.made_rows import is_made_twice, made_model
from tests.asking import context

MODELS = """
from django.db import models
from library import Foreign

class Note(models.Model):
    text = models.TextField()

class Tag(models.Model):
    name = models.CharField(unique=True)

class NoteLog(models.Model):
    text = models.TextField()

def make(session, data, old):
    {}
"""


def made(body: str) -> list[str]:
    ctx = context(MODELS.format(body))
    function = next(f for f in ctx.tree.of(cst.FunctionDef) if f.name.value == "make")
    found = [(call, made_model(ctx, call)) for call in ctx.walk(function.body, cst.Call)]
    return [ctx.source(m) for call, m in found if m is not None and is_made_twice(ctx, call, m, function)]


@pytest.mark.parametrize(
    "body",
    [
        "Note.objects.create(text=1)",
        "note = Note(text=1); note.save()",
        "session.add(Note(text=1))",
        "Note.objects.create(text=1); Tag.objects.get(name=2)",
    ],
)
def test_made_twice(body: str) -> None:
    assert made(body) == ["Note"]


@pytest.mark.parametrize(
    "body",
    [
        "Note.objects.get_or_create(text=1)",
        "Note.objects.filter(text=1) or Note.objects.create(text=1)",
        "Note.objects.create(id=1)",
        "Note.objects.create(**data)",
        "Note.objects.create(text=1); old.delete()",
        "Tag.objects.create(name=1)",
        "NoteLog.objects.create(text=1)",
        "Foreign.objects.create(text=1)",
        "note = Note.objects.first(); note.save()",
    ],
)
def test_kept_out_or_looked_for(body: str) -> None:
    assert made(body) == []


def test_violations_that_are_dealt_with() -> None:
    body = "try:\n        Note.objects.create(text=1)\n    except {}:\n        pass"
    assert made(body.format("IntegrityError")) == []
    assert made(body.format("ValueError")) == ["Note"]
