"""Which counters are stepped by hand in another transaction than the row that they count."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint.context import Context
from relint.queries.counters import drifting_counter
from relint.settings import Settings
from tests.asking import context

FILE = """
from django.db import transaction
from django.db.models import F


def answer(topic, post, form):
    {}
    {}
    topic.save()
"""


def column(ctx: Context) -> str | None:
    found = (drifting_counter(ctx, step) for step in ctx.tree.of(cst.AugAssign, cst.Assign, cst.Arg))
    return next((counter.column for counter in found if counter is not None), None)


@pytest.mark.parametrize(
    "step",
    [
        "topic.post_count += 1",
        "topic.hot_post_count += 1",
        "topic.num_posts = topic.num_posts - 1",
        "topic.number_of_posts = F('number_of_posts') + 1",
        "Topic.objects.filter(pk=1).update(new_posts_total=F('new_posts_total') + 1)",
    ],
)
def test_steps(step: str) -> None:
    assert column(context(FILE.format("post.save()", step))) is not None


@pytest.mark.parametrize(
    "write", ["Post.objects.create(topic=topic)", "topic.posts.filter(old=True).delete()", "topic.new_posts.add(form)"]
)
def test_rows_of_that_name(write: str) -> None:
    assert column(context(FILE.format(write, "topic.post_count += 1"))) == "post_count"


@pytest.mark.parametrize(
    ("write", "step"),
    [
        ("post.save()", "topic.view_count += 1"),
        ("form.save()", "topic.post_count += 1"),
        ("topic.save()", "topic.topic_post_count += 1"),
        ("post.save()", "topic.post_count = 1"),
        ("post.save()", "form.post_count += 1"),
        ("post.save()", "topic.post_id += 1"),
        ("post.save()", "report(post_count=F('post_count') + 1)"),
        ("post.save()", "recount(topic); topic.post_count += 1"),
    ],
)
def test_others(write: str, step: str) -> None:
    assert column(context(FILE.format(write, step))) is None


def test_transactions() -> None:
    both = "with transaction.atomic(): post.save(); topic.post_count += 1"
    assert column(context(FILE.format("pass", both))) is None
    one = "with transaction.atomic(): post.save()"
    assert column(context(FILE.format(one, "topic.post_count += 1"))) == "post_count"


def test_jobs_that_count_anew(tmp_path: Path) -> None:
    code = FILE.format("post.save()", "topic.post_count += 1")
    path, settings = str(tmp_path / "forum" / "views.py"), Settings(root=tmp_path)
    (tmp_path / "forum").mkdir()
    assert column(context(code, path, settings)) == "post_count"
    (tmp_path / "forum" / "tasks.py").write_text("def recalculate(): ...\n")
    assert column(context(code, path, settings)) is None
