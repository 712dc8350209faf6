"""The state that a folder's Django migrations lead to: which files it has, in which order they run.

Other applications' migrations are not read.
"""

from __future__ import annotations

import ast
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Iterator, Mapping

import libcst as cst

from relint.context import Context
from relint.project import parse
from relint.queries.migration_state import EMPTY, State, apply, listed, value_of
from relint.remembered import remembered
from relint.syntax import last_name


@dataclass(frozen=True, eq=False)
class Node:
    """One migration file: what it depends on as (app, name) pairs, and the operations it lists.

    `legible`: nothing of what ties it to others is computed, but for dependencies on a swappable model.
    """

    dependencies: tuple[tuple[str, str], ...]
    replaces: tuple[tuple[str, str], ...]
    run_before: tuple[tuple[str, str], ...]
    operations: tuple[ast.Call, ...]
    initial: bool
    legible: bool


def state_before(ctx: Context) -> State:
    """The state that the migration in this file starts from."""
    return ctx.memo("migration state", lambda: _state_before(ctx))


def this_migration(ctx: Context) -> Node | None:
    """The migration that this file holds; None when it holds none."""
    return migration_in(ctx.text)


def app_label(ctx: Context) -> str:
    """The label by which migrations call the app that the file belongs to."""
    return ctx.memo(
        "app label", lambda: _label(Path(ctx.path).absolute().parent, {**other_files(ctx), own_name(ctx): ctx.text})
    )


def is_history(ctx: Context) -> bool:
    """Whether `start-after` names this migration, or one that depends on it."""
    start = ctx.settings.migrations.start_after.get(app_label(ctx)) if ctx.settings.migrations.start_after else None
    if start is None:
        return False
    texts = {**other_files(ctx), own_name(ctx): ctx.text}
    last = [name for name in texts if name == start or name.startswith(f"{start}_")]
    return any(own_name(ctx) in (name, *_ancestors(texts, app_label(ctx), [name])) for name in last)


def follows_initial(ctx: Context) -> bool:
    """Whether the migration depends on nothing of its app but first migrations: it may be a part of the first."""
    node, label, texts = this_migration(ctx), app_label(ctx), other_files(ctx)
    before = [name for app, name in (node.dependencies if node is not None else ()) if app == label]
    nodes = [migration_in(texts[name]) for name in before if name in texts]
    return bool(nodes) and all(n is not None and all(app != label for app, _ in n.dependencies) for n in nodes)


def parse_operation(ctx: Context, call: cst.Call) -> ast.Call | None:
    """An operation of this file as `ast` reads it."""
    tree = parse(f"({ctx.source(call)})")
    statement = tree.body[0] if tree is not None and tree.body else None
    return statement.value if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) else None


# -- the folder ------------------------------------------------------------------------------------------------------


def own_name(ctx: Context) -> str:
    """The name of the migration in this file."""
    return Path(ctx.path).stem


def other_files(ctx: Context) -> dict[str, str]:
    """Name -> text of the other Python files in the folder."""
    folder = Path(ctx.path).absolute().parent

    def answer() -> dict[str, str]:
        names = {name[:-3] for name in ctx.project.listing(folder) if name.endswith(".py")}
        others = sorted(names - {"__init__", own_name(ctx)})
        texts = {name: ctx.project.text(f"{folder}{os.sep}{name}.py") for name in others}
        return {name: text for name, text in texts.items() if text is not None}

    return ctx.memo("migration folder", answer)


def _label(folder: Path, texts: Mapping[str, str]) -> str:
    """The label most dependencies on files of the folder are under; the folder's name when there are none."""
    votes: Counter[str] = Counter()
    for text in texts.values():
        node = migration_in(text)
        for app, name in node.dependencies if node is not None else ():
            if name in texts:
                votes[app] += 1 if name.startswith("0001_initial") else 10
    if folder.parent.name in votes or not votes:
        return folder.parent.name
    return votes.most_common(1)[0][0]


def _state_before(ctx: Context) -> State:
    node = this_migration(ctx)
    texts = other_files(ctx)
    if node is None:
        return EMPTY
    label = app_label(ctx)
    order = _ancestors(texts, label, [name for app, name in node.dependencies if app == label])
    return _replayed(texts[name] for name in order)


def _ancestors(texts: Mapping[str, str], label: str, names: Iterable[str]) -> list[str]:
    """The named migrations of one app and all they depend on, each after its dependencies."""
    squashed = {
        old: name
        for name, text in texts.items()
        if (node := migration_in(text)) is not None
        for app, old in node.replaces
        if app == label and old not in texts
    }
    order: list[str] = []
    seen: set[str] = set()
    todo = [(name, False) for name in names]
    while todo:
        name, done = todo.pop()
        name = squashed.get(name, name)
        if done:
            order.append(name)
        elif name in texts and name not in seen:
            seen.add(name)
            todo.append((name, True))
            node = migration_in(texts[name])
            todo += [(d, False) for app, d in (node.dependencies if node is not None else ()) if app == label]
    return order


_steps: dict[tuple[int, str], int] = {}
_states: list[State] = [EMPTY]
_STATES_KEPT = 20_000


def _replayed(texts: Iterable[str]) -> State:
    """The state after migrations in this order.

    Every prefix is kept, so that the next file of a folder continues where the last one ended.
    """
    if len(_states) > _STATES_KEPT:
        _steps.clear()
        del _states[1:]
    at = 0
    for text in texts:
        step = _steps.get((at, text))
        if step is None:
            state = _states[at]
            node = migration_in(text)
            for operation in node.operations if node is not None else ():
                state = apply(state, operation)
            _states.append(state)
            step = _steps[at, text] = len(_states) - 1
        at = step
    return _states[at]


@remembered(4096)
def migration_in(text: str) -> Node | None:
    """The migration that a text holds; None when it holds none."""
    tree = parse(text)
    if tree is None:
        return None
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef) and any(last_name(base) == "Migration" for base in statement.bases):
            assigned = dict(_assignments(statement))
            lists = dict(_assignments(tree))
            ties = [assigned.get(name) for name in ("dependencies", "replaces", "run_before")]
            dependencies, replaces, run_before = (tuple(_pairs(tie)) for tie in ties)
            return Node(
                dependencies,
                replaces,
                run_before,
                tuple(_known(tree, call) for call in listed(assigned.get("operations"), lists)),
                initial=value_of(assigned.get("initial")) is True,
                legible=all(tie is None or _is_legible(tie) for tie in ties),
            )
    return None


def _known(tree: ast.Module, operation: ast.Call) -> ast.Call:
    """An operation; one of a class in the file, as the operation that this class is made from."""
    for statement in tree.body:
        match statement, operation.func:
            case ast.ClassDef(name=name, bases=[base]), ast.Name(id=called) if name == called:
                return ast.Call(base, operation.args, operation.keywords)
    return operation


def _is_legible(ties: ast.expr) -> bool:
    """Whether a list of (app, name) pairs is written out."""
    if not isinstance(ties, ast.List | ast.Tuple):
        return False
    for element in ties.elts:
        match element:
            case ast.Tuple(elts=[ast.Constant(), ast.Constant()]) | ast.List(elts=[ast.Constant(), ast.Constant()]):
                continue
            case ast.Call(func=func) if last_name(func) == "swappable_dependency":
                continue
        return False
    return True


def _assignments(body: ast.ClassDef | ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for statement in body.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _pairs(value: ast.expr | None) -> Iterator[tuple[str, str]]:
    for node in ast.walk(value) if value is not None else ():
        match node:
            case (
                ast.Tuple(elts=[ast.Constant(value=str() as app), ast.Constant(value=str() as name)])
                | ast.List(elts=[ast.Constant(value=str() as app), ast.Constant(value=str() as name)])
            ):
                yield app, name
