"""Which views show rows in pages that are counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from relint.queries.paged_views import paged_views
from relint.settings import Settings
from tests.asking import context

HEAD = """
from django.views.generic import DetailView, ListView
from rest_framework import generics, viewsets
from rest_framework.pagination import CursorPagination, PageNumberPagination
from shop.pages import Cursors, Pages

class Own(PageNumberPagination):
    page_size = 5

"""
PAGES = """
from rest_framework.pagination import CursorPagination, LimitOffsetPagination
class Pages(LimitOffsetPagination): pass
class Cursors(CursorPagination): pass
"""


def _views(code: str, root: Path, rest: str = "{}") -> list[str]:
    """The querysets or models of the views of a file, in a project with these settings of REST framework."""
    (root / "shop").mkdir()
    (root / "shop" / "__init__.py").write_text("")
    (root / "shop" / "pages.py").write_text(PAGES)
    (root / "shop" / "settings.py").write_text(f"INSTALLED_APPS = []\nREST_FRAMEWORK = {rest}\n")
    (root / "manage.py").write_text("import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n")
    ctx = context(f"{HEAD}{code}\n", str(root / "shop" / "views.py"), Settings(root=root))
    return [ctx.source(shown) for view in paged_views(ctx) if (shown := view.queryset or view.model) is not None]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("class A(ListView):\n    model = Order\n    paginate_by = 5", ["Order"]),
        ("class A(ListView):\n    queryset = Order.objects.all()\n    paginate_by = 5", ["Order.objects.all()"]),
        ("class A(ListView):\n    paginate_by = 5\nclass B(A):\n    model = Order", ["Order"]),
        ("class A(ListView):\n    model = Order\n    paginate_by = None", []),
        ("class A(ListView):\n    model = Order\n    paginate_by = 5\n    ordering = 'pk'", []),
        ("class A(DetailView):\n    model = Order\n    paginate_by = 5", []),
        ("class A(Mixin, ListView):\n    model = Order\n    paginate_by = 5", []),
        ("class A(generics.ListAPIView):\n    queryset = rows\n    pagination_class = PageNumberPagination", ["rows"]),
        ("class A(generics.ListAPIView):\n    queryset = rows\n    pagination_class = Own", ["rows"]),
        ("class A(viewsets.ModelViewSet):\n    queryset = rows\n    pagination_class = Pages", ["rows"]),
        ("class A(viewsets.ModelViewSet):\n    queryset = rows\n    pagination_class = Cursors", []),
        ("class A(viewsets.ModelViewSet):\n    queryset = rows\n    pagination_class = CursorPagination", []),
        ("class A(viewsets.ModelViewSet):\n    queryset = rows\n    pagination_class = None", []),
        ("class A(viewsets.ModelViewSet):\n    queryset = rows", []),
    ],
)
def test_views(code: str, shown: list[str], tmp_path: Path) -> None:
    assert _views(code, tmp_path) == shown


@pytest.mark.parametrize(
    ("rest", "own", "counts"),
    [
        ("{'DEFAULT_PAGINATION_CLASS': 'rest_framework.pagination.PageNumberPagination', 'PAGE_SIZE': 5}", "", True),
        ("{'DEFAULT_PAGINATION_CLASS': 'shop.pages.Pages', 'PAGE_SIZE': size()}", "", True),
        ("{'DEFAULT_PAGINATION_CLASS': 'shop.pages.Pages', 'PAGE_SIZE': 5}", "pagination_class = None", False),
        ("{'DEFAULT_PAGINATION_CLASS': 'shop.pages.Pages', 'PAGE_SIZE': 5}", "pagination_class = Cursors", False),
        ("{'DEFAULT_PAGINATION_CLASS': 'shop.pages.Cursors', 'PAGE_SIZE': 5}", "", False),
        ("{'DEFAULT_PAGINATION_CLASS': 'rest_framework.pagination.CursorPagination', 'PAGE_SIZE': 5}", "", False),
        ("{'DEFAULT_PAGINATION_CLASS': 'shop.pages.Pages'}", "", False),
        ("{'DEFAULT_PAGINATION_CLASS': None, 'PAGE_SIZE': 5}", "", False),
    ],
)
def test_the_pagination_of_the_settings(rest: str, own: str, counts: bool, tmp_path: Path) -> None:
    code = f"class A(viewsets.ModelViewSet):\n    queryset = rows\n    {own or 'pass'}"
    assert _views(code, tmp_path, rest) == (["rows"] if counts else [])
