"""The state of an app's tables as Django's operations, and SQL beside them, leave it. Operations are read by `ast`.

Operations are known by their last name (`migrations.AddField`), whatever they were imported as.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import Iterator, Mapping

from relint.libraries.migrations import DEFAULT_LENGTHS, INDEXED_FIELDS, NULLABLE_FIELDS, RELATION
from relint.queries.migration_sql import Statement, statements
from relint.syntax import last_name


@dataclass(frozen=True)
class Field:
    """What a model field says of its column. `kind` is the last name of its class; `column` None: Django's own name.

    `indexed`: by an index of its own, other than that of a unique constraint. `size` holds `max_length`, or
    `max_digits` and `decimal_places`; `to` what a relation leads to, as it is written.
    """

    kind: str
    null: bool
    indexed: bool
    unique: bool = False
    column: str | None = None
    relation: bool = False
    size: tuple[int, ...] = ()
    to: str = ""


@dataclass(frozen=True)
class Model:
    """A model at some point of the history. `table` None: Django's default name. Keys are lower case.

    A model that is not `managed` has no table of Django's making; proxies count among these.
    """

    fields: Mapping[str, Field] = field(default_factory=dict)
    table: str | None = None
    managed: bool = True
    unique_together: frozenset[frozenset[str]] = frozenset()


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


EMPTY = State()


def apply(state: State, operation: ast.Call) -> State:
    """The state after an operation; operations that do not touch fields, tables or checks change nothing."""
    match last_name(operation.func):
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
            table = value_of(argument_of(operation, "table", 1))
            return _change_model(state, _text(operation, "name", 0), table=table if isinstance(table, str) else None)
        case "AlterUniqueTogether":
            groups = unique_groups(argument_of(operation, "unique_together", 1))
            return _change_model(state, _text(operation, "name", 0), unique_together=groups)
        case "AlterModelOptions":
            options = _options(argument_of(operation, "options", 1))
            if "managed" in options:
                return _change_model(state, _text(operation, "name", 0), managed=options["managed"] is not False)
        case "SeparateDatabaseAndState" | "RunSQL":
            sql = argument_of(operation, "sql", 0)
            for statement in _statements(sql if last_name(operation.func) == "RunSQL" else None):
                state = apply_sql(state, statement)
            for inner in listed(argument_of(operation, "database_operations", 0)):
                if last_name(inner.func) == "RunSQL":
                    state = apply(state, inner)
            for inner in listed(argument_of(operation, "state_operations", 1)):
                state = apply(state, inner)
    return state


def field_facts(call: ast.Call) -> Field:
    """What a field's constructor call says of its column."""
    kind = last_name(call.func)
    column = value_of(argument_of(call, "db_column"))
    indexed = value_of(argument_of(call, "db_index"))
    relation = RELATION.search(kind) is not None or argument_of(call, "on_delete") is not None
    unique = "OneToOne" in kind or any(value_of(argument_of(call, name)) is True for name in ("unique", "primary_key"))
    by_class = relation or kind in INDEXED_FIELDS
    return Field(
        kind,
        null=kind in NULLABLE_FIELDS or value_of(argument_of(call, "null")) is True,
        indexed=not unique and (by_class if indexed is ... else bool(indexed)),
        unique=unique,
        column=column if isinstance(column, str) else None,
        relation=relation,
        size=_size(call, kind),
        to=_target(call) if relation else "",
    )


def _target(call: ast.Call) -> str:
    parts = [argument_of(call, "to", 0), *(argument_of(call, name) for name in ("to_field", "db_constraint"))]
    return " ".join(ast.unparse(part).lower() for part in parts if part is not None)


def _size(call: ast.Call, kind: str) -> tuple[int, ...]:
    given = [value_of(argument_of(call, name)) for name in ("max_length", "max_digits", "decimal_places")]
    return tuple(value for value in given if isinstance(value, int)) or DEFAULT_LENGTHS.get(kind, ())


# -- operations ------------------------------------------------------------------------------------------------------


def _create_model(state: State, operation: ast.Call) -> State:
    fields = {}
    listed = argument_of(operation, "fields", 1)
    for element in listed.elts if isinstance(listed, ast.List | ast.Tuple) else ():
        match element:
            case ast.Tuple(elts=[ast.Constant(value=str() as name), ast.Call() as call]):
                fields[name.lower()] = field_facts(call)
    options = _options(argument_of(operation, "options", 2))
    table = options.get("db_table")
    managed = options.get("managed") is not False and options.get("proxy") is not True
    together = _entries(argument_of(operation, "options", 2)).get("unique_together")
    model = Model(fields, table if isinstance(table, str) else None, managed, unique_groups(together))
    return _with_models(state, {**state.models, _text(operation, "name", 0): model})


def unique_groups(value: ast.expr | None) -> frozenset[frozenset[str]]:
    """The groups of columns that `unique_together` names; empty when they are not written as literals."""
    if isinstance(value, ast.Call) and value.args:  # `set([...])`
        value = value.args[0]
    try:
        groups = ast.literal_eval(value) if value is not None else ()
    except ValueError:
        return frozenset()
    if groups and all(isinstance(group, str) for group in groups):
        groups = (groups,)
    return frozenset(frozenset(str(name).lower() for name in group) for group in groups or ())


def _rename_model(state: State, old: str, new: str) -> State:
    models = dict(state.models)
    if old in models:
        models[new] = models.pop(old)
    return _with_models(state, models)


def _set_field(state: State, operation: ast.Call) -> State:
    call = argument_of(operation, "field", 2)
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
    if last_name(operation.func) == "ValidateConstraint":
        return apply_sql(state, Statement("validate", model_table(model), name=_text(operation, "name", 1)))
    constraint = argument_of(operation, "constraint", 1)
    if isinstance(constraint, ast.Call) and last_name(constraint.func) == "CheckConstraint":
        name = _text(constraint, "name", 1)
        for keyword in (k for node in ast.walk(constraint) if isinstance(node, ast.Call) for k in node.keywords):
            column, _, lookup = (keyword.arg or "").lower().rpartition("__")
            if column and lookup == "isnull" and value_of(keyword.value) is False:
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


def listed(value: ast.expr | None, named: Mapping[str, ast.expr] | None = None) -> Iterator[ast.Call]:
    """The calls that a list, a sum of lists, or a name of one holds."""
    match value:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            for element in elements:
                if isinstance(element, ast.Call):
                    yield element
                elif isinstance(element, ast.Starred):
                    yield from listed(element.value, named)
        case ast.BinOp(left=left, right=right):
            yield from listed(left, named)
            yield from listed(right, named)
        case ast.Name(id=name) if named and name in named:
            yield from listed(named[name])


def argument_of(call: ast.Call, name: str, index: int | None = None) -> ast.expr | None:
    """The argument given by keyword or at a position."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[index] if index is not None and index < len(call.args) else None


def _text(call: ast.Call, name: str, index: int) -> str:
    """A name given to an operation, in lower case; empty when it is no literal."""
    value = value_of(argument_of(call, name, index))
    return value.lower() if isinstance(value, str) else ""


def value_of(node: ast.expr | None) -> object:
    """The value of a literal; Ellipsis for anything else."""
    return node.value if isinstance(node, ast.Constant) else ...


def _options(node: ast.expr | None) -> dict[str, object]:
    return {key: value_of(value) for key, value in _entries(node).items()}


def _entries(node: ast.expr | None) -> dict[str, ast.expr]:
    if not isinstance(node, ast.Dict):
        return {}
    return {str(k.value): v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}


def _statements(sql: ast.expr | None) -> Iterator[Statement]:
    for node in ast.walk(sql) if sql is not None else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from statements(node.value)
