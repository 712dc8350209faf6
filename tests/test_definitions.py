"""Which module of the project gives a name its meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from relint.definitions import definition_of
from relint.project import Project
from relint.settings import Settings

MODULES = {
    "app/__init__.py": "",
    "handing/__init__.py": "from app import models\n",
    "app/models/__init__.py": """
from .order import Order
from .order import Line as Row, helper
from .customer import *
from . import order as orders
from .twice import Twice
from .private import *
import requests
from requests import get

try:
    from .order import Maybe
except ImportError:
    Maybe = None


def load():
    from .order import Hidden
""",
    "app/models/order.py": "class Order: ...\nclass Line: ...\ndef helper(): ...\nMaybe = Hidden = 1\n",
    "app/models/customer.py": "from .base import *\nclass Customer: ...\nOther = _private = 1\n",
    "app/models/base.py": "from .order import Line as Based\nclass Base: ...\n",
    "app/models/twice.py": "from .order import Order as Twice\nTwice = wrapped(Twice)\n",
    "app/models/private.py": "__all__ = ['Listed', \"Other\",  # both\n]\nListed = Other = Unlisted = Base = 1\n",
    "app/changed.py": "from .models.changing import *\n",
    "app/models/changing.py": "__all__ = ['X']\n__all__ += more\nX = 1\n",
    "app/outside.py": "from .models.order import *\nfrom elsewhere import *\n",
    "app/constants.py": "ORDERS_OF = Order = 1\n",
    "app/beside.py": "from .constants import *\nfrom elsewhere import *\n",
    "app/round.py": "from .about import x, y\nfrom .about import *\n",
    "app/about.py": "from .round import x\nfrom .round import *\ny = 1\n",
    "own/__init__.py": "__all__ = ['part']\nfrom . import *\n",
    "own/part/code.py": "thing = 1\n",
    "around/__init__.py": "more = Above = 1\n",
    "around/sub/__init__.py": "from . import *\nfrom .below import *\n",
    "around/sub/below.py": "class Below: ...\n",
    "around/sub/more/fast.so": "",
    "space/deep/__init__.py": "from ..names import Name\n",
    "space/names.py": "class Name: ...\n",
    "old.py": "from new import thing\n",
    "built/__init__.py": "from .fast import fast\n",  # from a module that is compiled
    "new/part.py": "",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in MODULES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("dotted", "found"),
    [
        ("app.models.Order", "app/models/order.py: Order"),
        ("app.models.Order.objects", "app/models/order.py: Order.objects"),
        ("app.models.Row", "app/models/order.py: Line"),
        (".models.Row", "app/models/order.py: Line"),
        ("app.models.orders.Order", "app/models/order.py: Order"),
        ("app.models.order.Order", "app/models/order.py: Order"),
        ("handing.models.Order", "app/models/order.py: Order"),
        ("app.models.Customer", "app/models/customer.py: Customer"),
        ("app.models.Based", "app/models/order.py: Line"),  # by two star imports and one import
        ("app.models.Listed", "app/models/private.py: Listed"),
        ("app.models.Base", "app/models/base.py: Base"),  # which another does not list
        ("app.models.Other", None),  # which two star imports bring
        ("app.models.Unlisted", None),
        ("app.models._private", None),
        ("app.models.Twice", "app/models/twice.py: Twice"),
        ("app.models.Maybe", "app/models/__init__.py: Maybe"),
        ("built.fast", "built/__init__.py: fast.fast"),
        ("built.fast.now", "built/__init__.py: fast.fast.now"),
        ("app.models.Hidden", "app/models/__init__.py: Hidden"),
        ("app.models.get", "app/models/__init__.py: get"),
        ("app.models.nothing", None),
        ("app.changed.X", None),
        ("app.outside.Order", None),
        ("app.beside.ORDERS_OF", "app/constants.py: ORDERS_OF"),
        ("app.beside.Order", None),
        ("app.round.x", "app/round.py: x"),  # which is nothing
        ("app.round.y", "app/about.py: y"),
        ("app.round.z", None),
        ("own.part.code.thing", "own/part/code.py: thing"),
        ("own.part.thing", None),  # which its `__init__.py` says to have from itself
        ("around.sub.Below", "around/sub/below.py: Below"),
        ("around.sub.Above", None),  # which is what the package around has
        ("around.sub.more.fast.thing", None),
        ("space.deep.Name", "space/names.py: Name"),
        ("old.thing", "old.py: thing"),
        ("new.part.nothing", None),
        ("gone.name", None),
        ("requests.get", None),
    ],
)
def test_definition_of(root: Path, dotted: str, found: str | None) -> None:
    project = Project(Settings(root=root))
    answer = definition_of(project, str(root / "app" / "views.py"), dotted)
    assert (answer and f"{Path(answer[0]).relative_to(root)}: {answer[1]}") == found


def test_what_was_looked_at_is_on_record(root: Path) -> None:
    project = Project(Settings(root=root))
    for _ in range(2):
        assert definition_of(project, str(root / "app" / "views.py"), "app.models.Customer") is not None
        read = {str(root / "app" / "models" / name) for name in ("__init__.py", "customer.py", "private.py")}
        assert read <= project.consulted.keys()
        project = project.beside()
