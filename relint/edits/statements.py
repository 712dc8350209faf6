"""Edits of statements and blocks: the place that knows lines and indentation."""

from __future__ import annotations

from typing import Sequence

import libcst as cst

from relint.context import Context
from relint.lines import line_end, line_start
from relint.model import Edit, Edits


def is_alone(ctx: Context, statement: cst.CSTNode) -> bool:
    """Whether a statement stands on lines of its own in an indented block (`a; b`, `if x: a` and `elif x:` do not)."""
    if isinstance(statement, cst.SimpleStatementLine):
        return len(statement.body) == 1
    return isinstance(statement, cst.BaseCompoundStatement) and not isinstance(ctx.parent(statement), cst.If)


def is_docstring(statement: cst.CSTNode) -> bool:
    """Whether the first statement of a block is a docstring."""
    first = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    return isinstance(first, cst.Expr) and isinstance(first.value, cst.SimpleString | cst.ConcatenatedString)


def indent_of(ctx: Context, statement: cst.CSTNode) -> str:
    """The white space before a statement."""
    start = statement_start(ctx, statement)
    return ctx.text[line_start(ctx.text, start) : start]


def line_indent(ctx: Context, node: cst.CSTNode) -> str:
    """The white space at the head of the line on which a node begins."""
    start = line_start(ctx.text, ctx.range(node)[0])
    line = ctx.text[start : line_end(ctx.text, start)]
    return line[: len(line) - len(line.lstrip())]


def insert_before(ctx: Context, statement: cst.CSTNode, *lines: str) -> Edits | None:
    """Insert lines (without indentation) above a statement, below the comments above it."""
    if not is_alone(ctx, statement):
        return None
    start = statement_start(ctx, statement)
    indent = indent_of(ctx, statement)
    text = "".join(f"{indent}{line}\n" if line else "\n" for line in lines)
    return (Edit(start, start, f"{text.removeprefix(indent)}{indent}"),)


def insert_after(ctx: Context, statement: cst.CSTNode, *lines: str) -> Edits | None:
    """Insert lines (without indentation) below a statement and the comment on its last line."""
    if not is_alone(ctx, statement):
        return None
    indent = indent_of(ctx, statement)
    end = line_end(ctx.text, ctx.range(statement)[1])
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


def replace_statement(ctx: Context, statement: cst.CSTNode, *lines: str) -> Edits | None:
    """Replace a statement by lines (without its indentation); a comment on its last line stays on the last of them."""
    if not is_alone(ctx, statement):
        return None
    return (ctx.edit(statement, f"\n{indent_of(ctx, statement)}".join(lines)),)


def delete_statement(ctx: Context, statement: cst.CSTNode) -> Edits | None:
    """Delete a statement with its line; None when its block would be left empty."""
    if not is_alone(ctx, statement) or len(ctx.siblings(statement)) < 2:
        return None
    start = line_start(ctx.text, statement_start(ctx, statement))
    end = line_end(ctx.text, ctx.range(statement)[1])
    end += 2 if ctx.text.startswith("\r\n", end) else 1 if end < len(ctx.text) else 0
    return (Edit(start, end, ""),)


def wrap(ctx: Context, statements: Sequence[cst.CSTNode], header: str, *footer: str) -> Edits | None:
    """Put consecutive statements of one block under `header` (`with x:`), then the `footer` lines.

    Footer lines are indented like the header (`except E:`, `    raise`). Comments above the first statement stay
    above the header; lines inside strings stay as they are.
    """
    if not all(is_alone(ctx, statement) for statement in statements):
        return None
    first = statement_start(ctx, statements[0])
    end = ctx.range(statements[-1])[1]
    indent = indent_of(ctx, statements[0])
    header_edit = Edit(first, first, f"{header}\n{indent}{ctx.tree.default_indent}")
    edits = [header_edit, *indent_lines(ctx, first, end)]
    if footer:
        after = line_end(ctx.text, end)
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
    step = ctx.tree.default_indent
    line = line_start(ctx.text, start)
    indent = ctx.text[line : start - len(ctx.text[line:start].lstrip())]
    edits = []
    for offset in ctx.tree.lines.starts:
        if start < offset < end and ctx.text[offset : offset + 1] not in ("\r", "\n", ""):
            if not any(low < offset <= high for low, high in inside):
                # Behind the indentation that is there: in front of it, a tab would change what blanks mean.
                at = offset + len(indent) if ctx.text.startswith(indent, offset) else offset
                edits.append(Edit(at, at, step))
    return edits


def _string_interiors(ctx: Context) -> list[tuple[int, int]]:
    """Spans of the strings that run over several lines."""
    strings = [*ctx.tree.of(cst.SimpleString), *ctx.tree.of(cst.FormattedString), *ctx.tree.of(cst.TemplatedString)]
    spans = [ctx.range(node) for node in strings]
    return [(start, end) for start, end in spans if "\n" in ctx.text[start:end] or "\r" in ctx.text[start:end]]


def statement_start(ctx: Context, statement: cst.CSTNode) -> int:
    """Where a statement begins, decorators included and comments above it not."""
    if isinstance(statement, cst.FunctionDef | cst.ClassDef) and statement.decorators:
        return ctx.range(statement.decorators[0])[0]
    return ctx.range(statement)[0]
