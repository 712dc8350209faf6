"""The verbs fixers write with. The only place that knows commas, parentheses, indentation and where imports go.

Every verb returns edits on the text that was checked, or None when the place cannot be edited safely. Texts are
written with `\\n`; `relint.fix` turns that into the file's own line ending.
"""

from __future__ import annotations

import sys
from typing import Sequence

import libcst as cst

from relint.context import Context
from relint.model import Edit
from relint.names import Scope
from relint.tree import walk

Edits = tuple[Edit, ...]


# -- calls -----------------------------------------------------------------------------------------------------------


def set_keyword(ctx: Context, call: cst.Call, name: str, value: str) -> Edits:
    """Give the argument `name=value`: replace the value it has, or append it in the layout of the call."""
    given = ctx.keyword(call, name)
    if given is not None:
        return (ctx.edit(given.value, value),)
    return append_argument(ctx, call, f"{name}={value}")


def append_argument(ctx: Context, call: cst.Call, argument: str) -> Edits:
    """Append an argument, keeping a trailing comma, comments, and one argument a line."""
    closing = ctx.range(call)[1] - 1
    if not call.args:
        return (Edit(closing, closing, argument),)
    last = call.args[-1]
    start, end = ctx.range(last)
    text = ctx.text
    if isinstance(last.value, cst.GeneratorExp) and len(call.args) == 1 and not last.value.lpar:
        # `f(x for x in xs)`: a generator that is not alone needs its own parentheses.
        return (Edit(start, start, "("), Edit(end, end, f"), {argument}"))
    comma = _comma_after(last, end, text)
    line = text.rfind("\n", 0, start) + 1
    stands_alone = not text[line:start].strip() and "\n" in text[end:closing]
    if stands_alone:
        indent = text[line:start]
        line_end = _line_end(text, comma or end)
        added = Edit(line_end, line_end, f"\n{indent}{argument},")
        if comma:
            return (added,)
        if line_end == end:  # one edit: two at one place would lose their order
            return (Edit(end, end, f",{added.text}"),)
        return (Edit(end, end, ","), added)
    if comma:
        rest = text[comma:closing]
        return (Edit(comma, comma, f" {argument}" + ("," if rest.strip() or "\n" in rest else "")),)
    return (Edit(end, end, f", {argument}"),)


def prepend_argument(ctx: Context, call: cst.Call, argument: str) -> Edits:
    """Insert an argument before all others, in the layout of the call."""
    if not call.args:
        return append_argument(ctx, call, argument)
    first = call.args[0]
    start, end = ctx.range(first)
    if isinstance(first.value, cst.GeneratorExp) and len(call.args) == 1 and not first.value.lpar:
        return (Edit(start, start, f"{argument}, ("), Edit(end, end, ")"))
    line = _line_start(ctx.text, start)
    separator = "," + (f"\n{ctx.text[line:start]}" if not ctx.text[line:start].strip() else " ")
    return (Edit(start, start, f"{argument}{separator}"),)


def parenthesize(ctx: Context, node: cst.CSTNode) -> Edits:
    """Put parentheses around a node."""
    start, end = ctx.range(node)
    return (Edit(start, start, "("), Edit(end, end, ")"))


def remove_argument(ctx: Context, call: cst.Call, arg: cst.Arg) -> Edits:
    """Remove one argument and the comma that belongs to it."""
    index = list(call.args).index(arg)
    start, end = ctx.range(arg)
    if index + 1 < len(call.args):
        return (Edit(start, ctx.range(call.args[index + 1])[0], ""),)
    if index:
        return (Edit(ctx.range(call.args[index - 1])[1], end, ""),)
    return (Edit(start, _comma_after(arg, end, ctx.text) or end, ""),)


# -- expressions -----------------------------------------------------------------------------------------------------


def replace_node(ctx: Context, node: cst.CSTNode, text: str) -> Edits:
    """Replace the text of one node."""
    return (ctx.edit(node, text),)


def parenthesized(ctx: Context, node: cst.BaseExpression) -> str:
    """The text of an expression, in parentheses when it is no atom, so that any operator may follow.

    Parentheses that are there already are no part of a node's own text.
    """
    text = ctx.source(node)
    atoms = (
        cst.Name | cst.Attribute | cst.Call | cst.Subscript | cst.Integer | cst.Float | cst.SimpleString
        | cst.FormattedString | cst.List | cst.Dict | cst.Set | cst.ListComp | cst.DictComp | cst.SetComp
    )  # fmt: skip
    return text if isinstance(node, atoms) else f"({text})"


# -- statements ------------------------------------------------------------------------------------------------------


def is_alone(ctx: Context, statement: cst.CSTNode) -> bool:
    """Whether a statement stands on lines of its own in an indented block (`a; b` and `if x: a` do not)."""
    if isinstance(statement, cst.SimpleStatementLine):
        return len(statement.body) == 1
    return isinstance(statement, cst.BaseCompoundStatement)


def indent_of(ctx: Context, statement: cst.CSTNode) -> str:
    """The white space before a statement."""
    start = _statement_start(ctx, statement)
    return ctx.text[_line_start(ctx.text, start) : start]


def line_indent(ctx: Context, node: cst.CSTNode) -> str:
    """The white space at the head of the line on which a node begins."""
    start = _line_start(ctx.text, ctx.range(node)[0])
    line = ctx.text[start : _line_end(ctx.text, start)]
    return line[: len(line) - len(line.lstrip())]


def insert_before(ctx: Context, statement: cst.CSTNode, *lines: str) -> Edits | None:
    """Insert lines (without indentation) above a statement, below the comments above it."""
    if not is_alone(ctx, statement):
        return None
    start = _statement_start(ctx, statement)
    indent = indent_of(ctx, statement)
    text = "".join(f"{indent}{line}\n" if line else "\n" for line in lines)
    return (Edit(start, start, f"{text.removeprefix(indent)}{indent}"),)


def insert_after(ctx: Context, statement: cst.CSTNode, *lines: str) -> Edits | None:
    """Insert lines (without indentation) below a statement and the comment on its last line."""
    if not is_alone(ctx, statement):
        return None
    indent = indent_of(ctx, statement)
    end = _line_end(ctx.text, ctx.range(statement)[1])
    return (Edit(end, end, "".join(f"\n{indent}{line}" if line else "\n" for line in lines)),)


def insert_at_start(ctx: Context, function: cst.FunctionDef, *lines: str) -> Edits | None:
    """Insert lines (without indentation) at the top of a function's body, below its docstring."""
    block = function.body
    if not isinstance(block, cst.IndentedBlock):
        return None
    first, *others = block.body
    if not (isinstance(first, cst.SimpleStatementLine) and is_docstring(first)):
        return insert_before(ctx, first, *lines)
    return insert_before(ctx, others[0], *lines) if others else insert_after(ctx, first, *lines)


def delete_statement(ctx: Context, statement: cst.CSTNode) -> Edits | None:
    """Delete a statement with its line; None when its block would be left empty."""
    if not is_alone(ctx, statement) or len(ctx.siblings(statement)) < 2:
        return None
    start = _line_start(ctx.text, _statement_start(ctx, statement))
    end = _line_end(ctx.text, ctx.range(statement)[1])
    end += 2 if ctx.text.startswith("\r\n", end) else 1 if end < len(ctx.text) else 0
    return (Edit(start, end, ""),)


def wrap(ctx: Context, statements: Sequence[cst.CSTNode], header: str, *footer: str) -> Edits | None:
    """Put consecutive statements of one block under `header` (`with x:`), then the `footer` lines.

    Footer lines are indented like the header (`except E:`, `    raise`). Comments above the first statement stay
    above the header; lines inside strings stay as they are.
    """
    if not all(is_alone(ctx, statement) for statement in statements):
        return None
    first = _statement_start(ctx, statements[0])
    end = ctx.range(statements[-1])[1]
    indent = indent_of(ctx, statements[0])
    header_edit = Edit(first, first, f"{header}\n{indent}{ctx.tree.module.default_indent}")
    edits = [header_edit, *indent_lines(ctx, first, end)]
    if footer:
        after = _line_end(ctx.text, end)
        edits.append(Edit(after, after, "".join(f"\n{indent}{line}" for line in footer)))
    return tuple(edits)


def open_block(ctx: Context, kept: cst.CSTNode, before: str, after: str, end: int) -> Edits | None:
    """Turn the statement around `kept` into `before`, `kept`, `after` (`with closing(`, `f()`, `) as x:`), and put what
    follows it, up to the offset `end`, under that header.

    `end` is where the last line of the new block ends.
    """
    statement = ctx.statement_of(kept)
    if not is_alone(ctx, statement):
        return None
    (start, below), (first, last) = ctx.range(statement), ctx.range(kept)
    return (Edit(start, first, before), Edit(last, below, after), *indent_lines(ctx, below, end))


def indent_lines(ctx: Context, start: int, end: int) -> list[Edit]:
    """Indent the lines that begin after `start` and before `end` by one level, but none inside a string."""
    inside = _string_interiors(ctx)
    step = ctx.tree.module.default_indent
    line = _line_start(ctx.text, start)
    indent = ctx.text[line : start - len(ctx.text[line:start].lstrip())]
    edits = []
    for offset in ctx.tree.lines.starts:
        if start < offset < end and ctx.text[offset : offset + 1] not in ("\r", "\n", ""):
            if not any(low < offset <= high for low, high in inside):
                # Behind the indentation that is there: in front of it, a tab would change what blanks mean.
                at = offset + len(indent) if ctx.text.startswith(indent, offset) else offset
                edits.append(Edit(at, at, step))
    return edits


def body_span(ctx: Context, block: cst.BaseSuite) -> tuple[int, int] | None:
    """Start of the first and end of the last statement of an indented block; None for `if x: y` on one line."""
    if not isinstance(block, cst.IndentedBlock) or not block.body:
        return None
    return _statement_start(ctx, block.body[0]), ctx.range(block.body[-1])[1]


# -- imports and module-level definitions ----------------------------------------------------------------------------


def ensure_import(ctx: Context, dotted: str, at: cst.CSTNode, *, from_import: bool = False) -> tuple[str, Edits] | None:
    """How to write `dotted` at the node `at`, and the edits that import it if it is not imported.

    `random.uniform` is written `random.uniform` after `import random`, or by the name it has already. With
    `from_import` a new import is written `from tenacity import wait_random`. None when the name means something else
    at that place.
    """
    scope = ctx.names.scope_of(at)
    known = _imported_as(ctx, dotted, scope)
    if known is not None:
        return known, ()
    module, _, last = dotted.rpartition(".")
    if from_import or _has_from_import(ctx, module):
        if not _may_bind(ctx, last, scope):
            return None
        return last, _from_import(ctx, module, last)
    first = module.partition(".")[0]
    if not _may_bind(ctx, first, scope):
        return None
    return dotted, _module_import(ctx, module)


def ensure_member(ctx: Context, dotted: str, at: cst.CSTNode) -> tuple[str, Edits] | None:
    """As `ensure_import`, for a name that is customarily written with its module: a new import reads
    `from django.db import transaction`, and `django.db.transaction.atomic` is written `transaction.atomic`.
    """
    module, _, last = dotted.rpartition(".")
    if _imported_as(ctx, dotted, ctx.names.scope_of(at)) is not None or _has_from_import(ctx, module):
        return ensure_import(ctx, dotted, at)
    found = ensure_import(ctx, module, at, from_import=True)
    return None if found is None else (f"{found[0]}.{last}", found[1])


def ensure_module(ctx: Context, module: str, at: cst.CSTNode) -> tuple[str, Edits] | None:
    """As `ensure_import`, for a module itself."""
    scope = ctx.names.scope_of(at)
    known = _imported_as(ctx, module, scope)
    if known is not None:
        return known, ()
    if not _may_bind(ctx, module.partition(".")[0], scope):
        return None
    return module, _module_import(ctx, module)


def import_statement(ctx: Context, statement: str) -> Edits:
    """The edit that adds an import line as it is written (`from app import settings`), unless it is there."""
    if any(ctx.source(s) == statement for s in ctx.tree.module.body if isinstance(s, cst.SimpleStatementLine)):
        return ()
    return (_add_line(ctx, statement),)


def ensure_definition(ctx: Context, name: str, value: str, at: cst.CSTNode) -> tuple[str, Edits] | None:
    """A module-level `name = value` below the imports, shared by all fixes of the file.

    An equal definition that is there is used; another meaning of the name makes it `name_2`, and so on.
    """
    scope = ctx.names.scope_of(at)
    for attempt in range(1, 10):
        chosen = name if attempt == 1 else f"{name}_{attempt}"
        found = ctx.names.module.bindings.get(chosen)
        if not ctx.names.is_free(chosen, scope):
            continue
        if found is None:
            offset = _after_imports(ctx)
            blank = "\n" if offset else ""
            return chosen, (Edit(offset, offset, f"{blank}{chosen} = {value}\n", once=True),)
        if len(found) == 1 and found[0].kind == "assign" and found[0].value is not None:
            if ctx.source(found[0].value) == value.partition("  #")[0]:
                return chosen, ()
    return None


def ensure_class(ctx: Context, name: str, source: str, at: cst.CSTNode) -> Edits | None:
    """A module-level class (`source`, without a line end) below the imports; None when its name is taken."""
    if name in ctx.names.module.bindings or not ctx.names.is_free(name, ctx.names.scope_of(at)):
        return None
    offset = _after_imports(ctx)
    return (Edit(offset, offset, f"\n\n{source}\n", once=True),)


def replace_statement(ctx: Context, statement: cst.CSTNode, *lines: str) -> Edits | None:
    """Replace a statement by lines (without its indentation); a comment on its last line stays on the last of them."""
    if not is_alone(ctx, statement):
        return None
    return (ctx.edit(statement, f"\n{indent_of(ctx, statement)}".join(lines)),)


def ensure_function(ctx: Context, name: str, keyword: str, rest: str, at: cst.CSTNode) -> tuple[str, Edits] | None:
    """A module-level function below the imports, shared by all fixes of the file.

    Written `{keyword} {name}{rest}`, where `rest` has no final newline and is indented by four spaces; an equal
    function that is there is used.
    """
    rest = rest.replace("    ", ctx.tree.module.default_indent)
    for attempt in range(1, 10):
        chosen = name if attempt == 1 else f"{name}_{attempt}"
        found = ctx.names.module.bindings.get(chosen)
        if not ctx.names.is_free(chosen, ctx.names.scope_of(at)):
            continue
        text = f"{keyword} {chosen}{rest}"
        if found is None:
            offset = _after_imports(ctx)
            before = "\n\n" if offset else ""
            follows = ctx.text[offset:].lstrip("\r\n")
            between = ctx.text[offset : len(ctx.text) - len(follows)]
            gap = max(between.count("\n"), between.count("\r"))
            after = "\n" * (2 - min(gap, 2)) if follows else ""
            return chosen, (Edit(offset, offset, f"{before}{text}\n{after}", once=True),)
        if len(found) == 1 and "\n".join(ctx.source(found[0].node).splitlines()) == text:
            return chosen, ()
    return None


def free_name(ctx: Context, name: str, at: cst.CSTNode) -> str:
    """`name`, or `name_2`..., so that binding it in the function around `at` hides nothing that is read there."""
    functions = [scope.node for scope in ctx.names.scope_of(at) if isinstance(scope.node, cst.FunctionDef)]
    root = functions[-1] if functions else ctx.tree.module
    taken = {node.value for node in walk(root, (cst.Name,))}
    taken |= {key for around in ctx.names.scope_of(at) if around.node is not ctx.tree.module for key in around.bindings}
    chosen, number = name, 1
    while chosen in taken:
        number += 1
        chosen = f"{name}_{number}"
    return chosen


def _imported_as(ctx: Context, dotted: str, scope: Scope) -> str | None:
    """How `dotted` can be written at `scope` with the imports there are."""
    for around in scope:
        for name, bindings in around.bindings.items():
            if len(bindings) != 1 or bindings[0].kind != "import" or not bindings[0].target:
                continue
            target = bindings[0].target
            found = ctx.names.find_text(name, scope)
            if found is None or found[1] is not bindings or _under_type_checking(ctx, bindings[0].node):
                continue
            if target == dotted:
                return name
            if dotted.startswith(f"{target}.") and _reaches(ctx, target, dotted, bindings[0].node):
                return f"{name}{dotted[len(target) :]}"
    return None


def _reaches(ctx: Context, target: str, dotted: str, node: cst.CSTNode) -> bool:
    """Whether importing `target` makes `dotted` usable: `import a` alone does not give the submodule `a.b`."""
    module = dotted.rpartition(".")[0]
    if target == module or isinstance(node, cst.ImportFrom):
        return target == module
    wanted = {module}
    return any(
        _plain(alias) in wanted for found in ctx.tree.of(cst.Import) for alias in found.names if alias.asname is None
    )


def _plain(alias: cst.ImportAlias) -> str:
    return alias.evaluated_name


def _under_type_checking(ctx: Context, node: cst.CSTNode) -> bool:
    around = ctx.enclosing(node, cst.If)
    return around is not None and "TYPE_CHECKING" in ctx.source(around.test)


def _may_bind(ctx: Context, name: str, scope: Scope) -> bool:
    """Whether a module-level import may bind `name` for use at `scope`."""
    if name in ctx.names.module.bindings:
        # `import a.b` beside `import a.c` binds one and the same module.
        return all(b.kind == "import" and b.target == name for b in ctx.names.module.bindings[name]) and (
            ctx.names.is_free(name, scope)
        )
    return ctx.names.find_text(name, scope) is None


def _has_from_import(ctx: Context, module: str) -> bool:
    return _top_from_import(ctx, module) is not None


def _top_from_import(ctx: Context, module: str) -> cst.ImportFrom | None:
    for statement in ctx.tree.module.body:
        if isinstance(statement, cst.SimpleStatementLine):
            for small in statement.body:
                if isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
                    if not small.relative and small.module is not None and ctx.source(small.module) == module:
                        return small
    return None


def _from_import(ctx: Context, module: str, name: str) -> Edits:
    existing = _top_from_import(ctx, module)
    if existing is not None and not isinstance(existing.names, cst.ImportStar):
        last = ctx.range(existing.names[-1])[1]
        comma = existing.names[-1].comma
        if isinstance(comma, cst.Comma):  # the alias's own span does not hold its comma
            last = ctx.range(comma)[0] if comma in ctx.tree._locate() else last
        return (Edit(last, last, f", {name}", once=True),)
    return (_add_line(ctx, f"from {module} import {name}"),)


def _module_import(ctx: Context, module: str) -> Edits:
    return (_add_line(ctx, f"import {module}"),)


def _add_line(ctx: Context, line: str) -> Edit:
    """An import line where a sorted file has it: among the plain imports of the first group, or below all imports."""
    imports = _top_imports(ctx)
    module = line.split()[1].partition(".")[0]
    if line.startswith("import ") and module in sys.stdlib_module_names:
        group = [s for s in imports if _is_plain_stdlib(ctx, s)]
        later = [s for s in group if ctx.source(s) > line]
        if later:
            start = _statement_start(ctx, later[0])
            return Edit(start, start, f"{line}\n", once=True)
        if not group and imports:
            following = [s for s in imports if not ctx.source(s).startswith("from __future__")]
            if following:
                start = _statement_start(ctx, following[0])
                stdlib = ctx.source(following[0]).split()[1].partition(".")[0] in sys.stdlib_module_names
                return Edit(start, start, f"{line}\n" if stdlib else f"{line}\n\n", once=True)
        if group:
            end = _line_end(ctx.text, ctx.range(group[-1])[1])
            return Edit(end, end, f"\n{line}", once=True)
    if imports:
        end = _line_end(ctx.text, ctx.range(imports[-1])[1])
        blank = "\n" if ctx.source(imports[-1]).startswith("from __future__") else ""
        return Edit(end, end, f"{blank}\n{line}", once=True)
    offset = _after_imports(ctx)
    return Edit(offset, offset, f"{line}\n" + ("\n" if offset == 0 else ""), once=True)


def _is_plain_stdlib(ctx: Context, statement: cst.CSTNode) -> bool:
    text = ctx.source(statement)
    return text.startswith("import ") and text.split()[1].partition(".")[0].rstrip(",") in sys.stdlib_module_names


def _top_imports(ctx: Context) -> list[cst.SimpleStatementLine]:
    """The import lines at the head of the module, below its docstring, up to the first other statement."""
    found = []
    for index, statement in enumerate(ctx.tree.module.body):
        if not isinstance(statement, cst.SimpleStatementLine):
            break
        if all(isinstance(s, cst.Import | cst.ImportFrom) for s in statement.body):
            found.append(statement)
        elif not (index == 0 and is_docstring(statement)):
            break
    return found


def is_docstring(statement: cst.CSTNode) -> bool:
    """Whether the first statement of a block is a docstring."""
    first = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    return isinstance(first, cst.Expr) and isinstance(first.value, cst.SimpleString | cst.ConcatenatedString)


def _after_imports(ctx: Context) -> int:
    """Start of the line below the module's imports; below the docstring or the head comments when there are none."""
    body = ctx.tree.module.body
    imports = _top_imports(ctx)
    if imports:
        last: cst.CSTNode | None = imports[-1]
    else:
        first = body[0] if body else None
        last = first if isinstance(first, cst.SimpleStatementLine) and is_docstring(first) else None
    if last is not None:
        end = _line_end(ctx.text, ctx.range(last)[1])
        return min(end + (2 if ctx.text.startswith("\r\n", end) else 1), len(ctx.text))
    return _line_start(ctx.text, _statement_start(ctx, body[0])) if body else len(ctx.text)


# -- offsets ---------------------------------------------------------------------------------------------------------


def _statement_start(ctx: Context, statement: cst.CSTNode) -> int:
    """Where a statement begins, decorators included and comments above it not."""
    if isinstance(statement, cst.FunctionDef | cst.ClassDef) and statement.decorators:
        return ctx.range(statement.decorators[0])[0]
    return ctx.range(statement)[0]


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _line_end(text: str, offset: int) -> int:
    ends = [i for i in (text.find("\n", offset), text.find("\r", offset)) if i >= 0]
    return min(ends, default=len(text))


def _comma_after(arg: cst.Arg, end: int, text: str) -> int | None:
    """Offset behind the comma that follows an argument; None when there is none."""
    if not isinstance(arg.comma, cst.Comma):
        return None
    # Only white space and comments may stand between an argument and its comma.
    while text[end] != ",":
        end = _line_end(text, end) if text[end] == "#" else end + 1
    return end + 1


def _string_interiors(ctx: Context) -> list[tuple[int, int]]:
    """Spans of the strings that run over several lines."""
    strings = [*ctx.tree.of(cst.SimpleString), *ctx.tree.of(cst.FormattedString), *ctx.tree.of(cst.TemplatedString)]
    spans = [ctx.range(node) for node in strings]
    return [(start, end) for start, end in spans if "\n" in ctx.text[start:end] or "\r" in ctx.text[start:end]]
