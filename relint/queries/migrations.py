"""The state that a folder's Django migrations lead to: tables and fields, from operations read by `ast`.

Operations of other files are known by their last name (`migrations.AddField`), whatever they were imported as. Other
applications' migrations are not read.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Iterable, Iterator, Mapping

import libcst as cst

from relint.context import Context
from relint.libraries.migrations import INDEXED_FIELDS, NULLABLE_FIELDS, RELATION
from relint.project import parse
from relint.queries.migration_sql import Statement, statements


@dataclass(frozen=True)
class Field:
    """What a model field says of its column. `kind` is the last name of its class; `column` None: Django's own name.

    `indexed`: by an index of its own, other than that of a unique constraint.
    """

    kind: str
    null: bool
    indexed: bool
    unique: bool = False
    column: str | None = None
    relation: bool = False


@dataclass(frozen=True)
class Model:
    """A model at some point of the history. `table` None: Django's default name. Keys are lower case."""

    fields: Mapping[str, Field] = field(default_factory=dict)
    table: str | None = None
    managed: bool = True


@dataclass(frozen=True)
class State:
    """Models by lower-case name; SQL's own checks as (table, column, constraint), and those that were validated."""

    models: Mapping[str, Model] = field(default_factory=dict)
    checks: frozenset[tuple[str, str, str]] = frozenset()
    validated: frozenset[tuple[str, str]] = frozenset()
    """(table, column) pairs that a validated CHECK holds to be not null."""

    def field(self, model: str, name: str) -> Field | None:
        """The field of a model; None when the history does not show it."""
        known = self.models.get(model.lower())
        return known.fields.get(name.lower()) if known is not None else None


@dataclass(frozen=True, eq=False)
class Node:
    """One migration file: what it depends on as (app, name) pairs, and the operations it lists."""

    dependencies: tuple[tuple[str, str], ...]
    replaces: tuple[tuple[str, str], ...]
    operations: tuple[ast.Call, ...]
    initial: bool


EMPTY = State()


def state_before(ctx: Context) -> State:
    """The state that the migration in this file starts from."""
    return ctx.memo("migration state", lambda: _state_before(ctx))


def this_migration(ctx: Context) -> Node | None:
    """The migration that this file holds; None when it holds none."""
    return _node(ctx.text)


def app_label(ctx: Context) -> str:
    """The label by which migrations call the app that the file belongs to."""
    return ctx.memo(
        "app label", lambda: _label(Path(ctx.path).absolute().parent, {**_folder(ctx), _own(ctx): ctx.text})
    )


def is_history(ctx: Context) -> bool:
    """Whether `start-after` names this migration, or one that depends on it."""
    start = ctx.settings.migrations.start_after.get(app_label(ctx)) if ctx.settings.migrations.start_after else None
    if start is None:
        return False
    texts = {**_folder(ctx), _own(ctx): ctx.text}
    last = [name for name in texts if name == start or name.startswith(f"{start}_")]
    return any(_own(ctx) in (name, *_ancestors(texts, app_label(ctx), [name])) for name in last)


def follows_initial(ctx: Context) -> bool:
    """Whether the migration depends on nothing of its app but first migrations: it may be a part of the first."""
    node, label, texts = this_migration(ctx), app_label(ctx), _folder(ctx)
    before = [name for app, name in (node.dependencies if node is not None else ()) if app == label]
    nodes = [_node(texts[name]) for name in before if name in texts]
    return bool(nodes) and all(n is not None and all(app != label for app, _ in n.dependencies) for n in nodes)


def apply(state: State, operation: ast.Call) -> State:
    """The state after an operation; operations that do not touch fields, tables or checks change nothing."""
    match _last_name(operation.func):
        case "CreateModel":
            return _create_model(state, operation)
        case "DeleteModel":
            return _with_models(state, {k: v for k, v in state.models.items() if k != _text(operation, "name", 0)})
        case "RenameModel":
            return _rename_model(state, _text(operation, "old_name", 0), _text(operation, "new_name", 1))
        case "AddField" | "AlterField":
            return _set_field(state, operation)
        case "RemoveField":
            return _drop_field(state, _text(operation, "model_name", 0), _text(operation, "name", 1))
        case "RenameField":
            return _rename_field(state, operation)
        case "AddConstraintNotValid" | "ValidateConstraint":
            return _checked_by_django(state, operation)
        case "AlterModelTable":
            table = _value(_argument(operation, "table", 1))
            return _change_model(state, _text(operation, "name", 0), table=table if isinstance(table, str) else None)
        case "AlterModelOptions":
            options = _options(_argument(operation, "options", 1))
            if "managed" in options:
                return _change_model(state, _text(operation, "name", 0), managed=options["managed"] is not False)
        case "SeparateDatabaseAndState" | "RunSQL":
            sql = _argument(operation, "sql", 0)
            for statement in _statements(sql if _last_name(operation.func) == "RunSQL" else None):
                state = apply_sql(state, statement)
            for inner in _listed(_argument(operation, "database_operations", 0)):
                if _last_name(inner.func) == "RunSQL":
                    state = apply(state, inner)
            for inner in _listed(_argument(operation, "state_operations", 1)):
                state = apply(state, inner)
    return state


def field_facts(call: ast.Call) -> Field:
    """What a field's constructor call says of its column."""
    kind = _last_name(call.func)
    column = _value(_argument(call, "db_column"))
    indexed = _value(_argument(call, "db_index"))
    relation = RELATION.search(kind) is not None or _argument(call, "on_delete") is not None
    unique = any(_value(_argument(call, name)) is True for name in ("unique", "primary_key"))
    by_class = relation or kind in INDEXED_FIELDS
    return Field(
        kind,
        null=kind in NULLABLE_FIELDS or _value(_argument(call, "null")) is True,
        indexed=not unique and (by_class if indexed is ... else bool(indexed)),
        unique=unique,
        column=column if isinstance(column, str) else None,
        relation=relation,
    )


def validated(state: State, table: str, column: str) -> bool:
    """Whether a validated CHECK says that the column holds no NULL."""
    return (table, column) in state.validated


# -- the folder ------------------------------------------------------------------------------------------------------


def _own(ctx: Context) -> str:
    return Path(ctx.path).stem


def _folder(ctx: Context) -> dict[str, str]:
    """Name -> text of the other files in the folder."""
    folder = Path(ctx.path).absolute().parent

    def answer() -> dict[str, str]:
        names = [
            n[:-3] for n in ctx.project.listing(folder) if n.endswith(".py") and n[:-3] not in ("__init__", _own(ctx))
        ]
        texts = {name: ctx.project.text(folder / f"{name}.py") for name in names}
        return {name: text for name, text in texts.items() if text is not None}

    return ctx.memo("migration folder", answer)


def _label(folder: Path, texts: Mapping[str, str]) -> str:
    """The label most dependencies on files of the folder are under; the folder's name when there are none."""
    votes: Counter[str] = Counter()
    for text in texts.values():
        node = _node(text)
        for app, name in node.dependencies if node is not None else ():
            if name in texts:
                votes[app] += 1 if name.startswith("0001_initial") else 10
    if folder.parent.name in votes or not votes:
        return folder.parent.name
    return votes.most_common(1)[0][0]


def _state_before(ctx: Context) -> State:
    node = this_migration(ctx)
    texts = _folder(ctx)
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
        if (node := _node(text)) is not None
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
            node = _node(texts[name])
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
            node = _node(text)
            for operation in node.operations if node is not None else ():
                state = apply(state, operation)
            _states.append(state)
            step = _steps[at, text] = len(_states) - 1
        at = step
    return _states[at]


@lru_cache(maxsize=4096)
def _node(text: str) -> Node | None:
    tree = parse(text)
    for statement in tree.body if tree is not None else ():
        if isinstance(statement, ast.ClassDef) and any(_last_name(base) == "Migration" for base in statement.bases):
            assigned = dict(_assignments(statement))
            lists = dict(_assignments(tree)) if tree is not None else {}
            return Node(
                tuple(_pairs(assigned.get("dependencies"))),
                tuple(_pairs(assigned.get("replaces"))),
                tuple(_listed(assigned.get("operations"), lists)),
                _value(assigned.get("initial")) is True,
            )
    return None


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
            case ast.Tuple(elts=[ast.Constant(value=str() as app), ast.Constant(value=str() as name)]):
                yield app, name


def _listed(value: ast.expr | None, named: Mapping[str, ast.expr] | None = None) -> Iterator[ast.Call]:
    """The calls that a list, a sum of lists, or a name of one holds."""
    match value:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            for element in elements:
                if isinstance(element, ast.Call):
                    yield element
                elif isinstance(element, ast.Starred):
                    yield from _listed(element.value, named)
        case ast.BinOp(left=left, right=right):
            yield from _listed(left, named)
            yield from _listed(right, named)
        case ast.Name(id=name) if named and name in named:
            yield from _listed(named[name])


# -- operations ------------------------------------------------------------------------------------------------------


def _create_model(state: State, operation: ast.Call) -> State:
    fields = {}
    listed = _argument(operation, "fields", 1)
    for element in listed.elts if isinstance(listed, ast.List | ast.Tuple) else ():
        match element:
            case ast.Tuple(elts=[ast.Constant(value=str() as name), ast.Call() as call]):
                fields[name.lower()] = field_facts(call)
    options = _options(_argument(operation, "options", 2))
    table = options.get("db_table")
    model = Model(fields, table if isinstance(table, str) else None, managed=options.get("managed") is not False)
    return _with_models(state, {**state.models, _text(operation, "name", 0): model})


def _rename_model(state: State, old: str, new: str) -> State:
    models = dict(state.models)
    if old in models:
        models[new] = models.pop(old)
    return _with_models(state, models)


def _set_field(state: State, operation: ast.Call) -> State:
    call = _argument(operation, "field", 2)
    model, name = _text(operation, "model_name", 0), _text(operation, "name", 1)
    if not isinstance(call, ast.Call) or not name:
        return state
    known = state.models.get(model, Model())
    return _change_model(state, model, fields={**known.fields, name: field_facts(call)})


def _drop_field(state: State, model: str, name: str) -> State:
    known = state.models.get(model)
    if known is None or name not in known.fields:
        return state
    return _change_model(state, model, fields={k: v for k, v in known.fields.items() if k != name})


def _rename_field(state: State, operation: ast.Call) -> State:
    model = _text(operation, "model_name", 0)
    old, new = _text(operation, "old_name", 1), _text(operation, "new_name", 2)
    known = state.models.get(model)
    if known is None or old not in known.fields:
        return state
    return _change_model(state, model, fields={new if k == old else k: v for k, v in known.fields.items()})


def apply_sql(state: State, statement: Statement) -> State:
    """The state after an SQL statement: of SQL, checks are followed only."""
    if statement.kind == "not null check":
        if statement.not_null:
            return replace(state, validated=state.validated | {(statement.table, statement.column)})
        return replace(state, checks=state.checks | {(statement.table, statement.column, statement.name)})
    if statement.kind == "validate":
        now = {(t, c) for t, c, name in state.checks if t == statement.table and name == statement.name}
        return replace(state, validated=state.validated | now)
    return state


def _checked_by_django(state: State, operation: ast.Call) -> State:
    """`CheckConstraint(condition=Q(name__isnull=False))`, added without validation and validated later."""
    model = _text(operation, "model_name", 0)
    if _last_name(operation.func) == "ValidateConstraint":
        return apply_sql(state, Statement("validate", model_table(model), name=_text(operation, "name", 1)))
    constraint = _argument(operation, "constraint", 1)
    if isinstance(constraint, ast.Call) and _last_name(constraint.func) == "CheckConstraint":
        name = _text(constraint, "name", 1)
        for keyword in (k for node in ast.walk(constraint) if isinstance(node, ast.Call) for k in node.keywords):
            column, _, lookup = (keyword.arg or "").lower().rpartition("__")
            if column and lookup == "isnull" and _value(keyword.value) is False:
                state = apply_sql(state, Statement("not null check", model_table(model), column, name))
    return state


def model_table(model: str) -> str:
    """The name under which checks of a model are kept that say no table."""
    return f"model {model.lower()}"


def _change_model(state: State, name: str, **changes: object) -> State:
    model = replace(state.models.get(name, Model()), **changes)  # type: ignore[arg-type]
    return _with_models(state, {**state.models, name: model})


def _with_models(state: State, models: Mapping[str, Model]) -> State:
    return replace(state, models=models)


# -- expressions -----------------------------------------------------------------------------------------------------


def _argument(call: ast.Call, name: str, index: int | None = None) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[index] if index is not None and index < len(call.args) else None


def _text(call: ast.Call, name: str, index: int) -> str:
    """A name given to an operation, in lower case; empty when it is no literal."""
    value = _value(_argument(call, name, index))
    return value.lower() if isinstance(value, str) else ""


def _value(node: ast.expr | None) -> object:
    return node.value if isinstance(node, ast.Constant) else ...


def _options(node: ast.expr | None) -> dict[str, object]:
    if not isinstance(node, ast.Dict):
        return {}
    return {str(k.value): _value(v) for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _statements(sql: ast.expr | None) -> Iterator[Statement]:
    for node in ast.walk(sql) if sql is not None else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from statements(node.value)


def parse_operation(ctx: Context, call: cst.Call) -> ast.Call | None:
    """An operation of this file as `ast` reads it."""
    tree = parse(f"({ctx.source(call)})")
    statement = tree.body[0] if tree is not None and tree.body else None
    return statement.value if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) else None
