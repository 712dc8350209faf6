"""What other modules do with a queue."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint.context import Context
from relint.modules import neighbours
from relint.project import Project
from relint.queries.queue_items import Use
from relint.queries.queue_users import used_elsewhere
from relint.queries.queues import traffic
from relint.settings import Settings
from relint.tree import Tree

BUS = """
from app.worker import Worker, work

items = Queue()

class Bus:
    def __init__(self):
        self.queue = Queue()

    def take(self):
        return self.queue.get()

class Other:
    def __init__(self):
        self.queue = 1
"""
LOOP = "\n    while True:\n        "


def _used(folder: Path, code: str, nth: int, **modules: str) -> Use:
    package = folder / "app"
    package.mkdir()
    for name, text in {"__init__": "", "bus": code, **modules}.items():
        (package / f"{name}.py").write_text(text)
    settings = Settings(root=folder)
    ctx = Context(str(package / "bus.py"), Tree(cst.parse_module(code), code), settings, Project(settings))
    made = [call for call in ctx.tree.of(cst.Call) if ctx.source(call) == "Queue()"][nth]
    return used_elsewhere(ctx, made, traffic(ctx, made))


@pytest.mark.parametrize(
    ("code", "use"),
    [
        (f"from app.bus import items\ndef f():{LOOP}items.get()", Use(taken=True, lasts=True)),
        (f"from app import bus\ndef f():{LOOP}bus.items.get()", Use(taken=True, lasts=True)),
        ("from app.bus import items\ndef f(x): items.put(x)", Use(data=True, posted=True)),
        ("from app.bus import items\ndef f(x): return items.qsize() > 10", Use(watched=True)),
        (f"from other.bus import items\ndef f():{LOOP}items.get()", Use()),
    ],
)
def test_global_names(tmp_path: Path, code: str, use: Use) -> None:
    assert _used(tmp_path, BUS, 0, agent=code) == use


@pytest.mark.parametrize(
    ("code", "use"),
    [
        (f"from app.bus import Bus\ndef f(bus: Bus):{LOOP}bus.queue.get()", Use(taken=True, lasts=True)),
        (f"from app.bus import Bus\ndef f():\n    bus = Bus(){LOOP}bus.queue.get()", Use(taken=True, lasts=True)),
        (f"from app.bus import Bus\ndef f(bus: Bus):{LOOP}bus.take()", Use(taken=True, lasts=True)),
        (f"from app.bus import Bus\nclass B(Bus):\n  def f(self):{LOOP}self.queue.get()", Use(taken=True, lasts=True)),
        (f"from app.bus import Other\ndef f(bus: Other):{LOOP}bus.queue.get()", Use()),
        (f"def f(bus):{LOOP}bus.queue.get()", Use()),
    ],
)
def test_attributes(tmp_path: Path, code: str, use: Use) -> None:
    assert _used(tmp_path, BUS, 1, agent=code) == use


def test_a_name_that_one_class_has(tmp_path: Path) -> None:
    code = f"def f(bus):{LOOP}bus.queue.get()"
    assert _used(tmp_path, BUS.replace("self.queue = 1", "pass"), 1, agent=code) == Use(taken=True, lasts=True)


@pytest.mark.parametrize(
    "handing",
    ["Worker(Queue())", "Worker(source=Queue())", "submit(work, Queue())", "Thread(target=work, args=(1, Queue()))"],
)
def test_handed_on(tmp_path: Path, handing: str) -> None:
    worker = (
        "class Worker:\n    def __init__(self, source): self.source = source\n"
        f"    def run(self):{LOOP.replace('    ', '        ', 1)}    self.source.get()\n"
        f"def work(number, source=None):{LOOP}source.get()\n"
    )
    code = f"from app.worker import Worker, work\ndef main():\n    {handing}\n"
    assert _used(tmp_path, code, 0, worker=worker).taken is (handing != "submit(work, Queue())")


def test_neighbours(tmp_path: Path) -> None:
    inner = tmp_path / "app" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "app" / "tests").mkdir()
    for path in "__init__.py a.py test_a.py tests/__init__.py tests/b.py inner/__init__.py inner/c.py".split():
        (tmp_path / "app" / path).write_text("")
    found = neighbours(Project(Settings(root=tmp_path)), str(inner / "c.py"))
    names = [str(Path(path).relative_to(tmp_path / "app")) for path in found]
    assert names == ["__init__.py", "a.py", "inner/__init__.py", "inner/c.py"]
