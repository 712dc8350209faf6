from __future__ import annotations

import pytest

from relint.queries.created_by_post import created_by_post
from tests.asking import context

MODELS = """
from django.db import models
from rest_framework.decorators import action

class Note(models.Model):
    text = models.TextField()

class Tag(models.Model):
    name = models.CharField(unique=True)

class Child(models.Model):
    note = models.OneToOneField(Note)

class NoteLog(models.Model):
    text = models.TextField()
"""


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("def post(self, request):\n        Note.objects.create(text=1)", ["V.post Note"]),
        ("def post(self, request):\n        note = Note(text=1)\n        note.save()", ["V.post Note"]),
        (
            "@action(methods=['post'])\n    def vote(self, request):\n        Note.objects.create(text=1)",
            ["V.vote Note"],
        ),
        ("def put(self, request):\n        Note.objects.create(text=1)", []),
        ("def helper(self, request):\n        Note.objects.create(text=1)", []),
        ("def post(self, request):\n        Tag.objects.create(name=1)", []),
        ("def post(self, request):\n        Child.objects.create(note=1)", []),
        ("def post(self, request):\n        NoteLog.objects.create(text=1)", []),
        ("def post(self, request):\n        Elsewhere.objects.create(text=1)", []),
        ("def post(self, request):\n        Note.objects.create(pk=1)", []),
        ("def post(self, request):\n        Note.objects.create(**request.data)", []),
        ("def post(self, request):\n        note = Note.objects.first()\n        Note.objects.create(text=note)", []),
        ("def post(self, request):\n        Note.objects.create(text=1, nonce=2)", []),
        ("def post(self, request):\n        Note.objects.create(text=1)\n        self.draft.delete()", []),
        ("def post(self, request):\n        seen.add(1)\n        seen.add(Point(1))", []),
    ],
)
def test_created_by_post(code: str, made: list[str]) -> None:
    ctx = context(f"{MODELS}\nclass V(APIView):\n    {code}\n")
    assert [f"{found.handler} {found.model}" for found in created_by_post(ctx)] == made


def test_only_the_first_of_a_handler_is_named() -> None:
    create = "        Note.objects.create(text=1)\n"
    ctx = context(f"{MODELS}\nclass V(APIView):\n    def post(self, request):\n{create}{create}")
    assert len(list(created_by_post(ctx))) == 1
