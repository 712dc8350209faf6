"""Moves a simple loop of attempts into a function under the decorator of the library that the project retries with."""

from __future__ import annotations

from relint import edits
from relint.context import Context
from relint.lines import line_start
from relint.model import Edit, Edits
from relint.queries.mentions import names_in
from relint.queries.retries import Retry
from relint.queries.simple_retries import SimpleRetry, simple_retry

_LIBRARIES = ("tenacity", "stamina", "backoff")


def decorated(ctx: Context, retry: Retry, library: str) -> Edits | None:
    """The edits that let `library` make the attempts, as many as now and with the same error in the end.

    None where the loop does more than that, or the library cannot do the same.
    """
    simple = simple_retry(ctx, retry) if library in _LIBRARIES else None
    if simple is None:
        return None
    arguments = _arguments(ctx, simple, library)
    imported = edits.ensure_module(ctx, library, simple.loop)
    if arguments is None or imported is None:
        return None
    name, changes = imported
    step = ctx.tree.module.default_indent
    call = "on_exception" if library == "backoff" else "retry"
    lines = [f"@{name}.{call}(", *(f"{step}{each.replace('~', name)}," for each in arguments), ")"]
    if simple.alone and _is_known_outside(ctx, simple):
        return (*changes, *_of_the_function(ctx, simple, lines))
    return (*changes, _of_a_function_inside(ctx, simple, lines))


def _arguments(ctx: Context, simple: SimpleRetry, library: str) -> list[str] | None:
    """The arguments of the decorator, with `~` for the library's name."""
    errors, attempts, cap = edits.parenthesized(ctx, simple.errors), simple.attempts, ctx.settings.sanctioned.max_delay
    base = simple.seconds or 1
    if library == "tenacity":
        multiplier = f"multiplier={base}, " if base != 1 else ""
        return [
            f"retry=~.retry_if_exception_type({errors})",
            f"wait=~.wait_random_exponential({multiplier}max={cap})",
            f"stop=~.stop_after_attempt({attempts})",
            "reraise=True" if simple.reraises else "retry_error_callback=lambda state: None",
        ]
    if library == "backoff":
        factor = [f"factor={base}"] if base != 1 else []
        given_up = [] if simple.reraises else ["raise_on_giveup=False"]
        return ["~.expo", errors, f"max_tries={attempts}", *factor, f"max_value={cap}", *given_up]
    if not simple.reraises:
        return None  # stamina raises in any case
    return [f"on={errors}", f"attempts={attempts}", "timeout=None", f"wait_initial={base}", f"wait_max={cap}"]


def _is_known_outside(ctx: Context, simple: SimpleRetry) -> bool:
    """Whether the errors mean the same above the function: none of them is a parameter or a local name."""
    inside = ctx.names.body_scope(simple.function).bindings
    return not any(name in inside for name in names_in(ctx, simple.errors))


def _of_the_function(ctx: Context, simple: SimpleRetry, lines: list[str]) -> Edits:
    start = line_start(ctx.text, ctx.range(simple.function.name)[0])
    indent = edits.line_indent(ctx, simple.function.name)
    above = "".join(f"{indent}{line}\n" for line in lines)
    returned = f"return {ctx.source(simple.value)}"
    return (Edit(start, start, above), Edit(*ctx.range(simple.loop), returned))


def _of_a_function_inside(ctx: Context, simple: SimpleRetry, lines: list[str]) -> Edit:
    indent = edits.indent_of(ctx, simple.loop)
    step = ctx.tree.module.default_indent
    name = edits.free_name(ctx, "attempt_once", simple.loop)
    asynchronous = ctx.in_async(simple.loop)
    keyword, await_ = ("async def", "await ") if asynchronous else ("def", "")
    text = f"\n{indent}".join([*lines, f"{keyword} {name}():", f"{step}return {ctx.source(simple.value)}"])
    return Edit(*ctx.range(simple.loop), f"{text}\n\n{indent}return {await_}{name}()")
