"""Is an option of a command line declared as a number, so that the parser refuses anything else?"""

from __future__ import annotations

import ast
import re

import libcst as cst

from relint.context import Context
from relint.syntax import last_name as name_of
from relint.syntax import parse


def is_number_option(ctx: Context, value: cst.BaseExpression) -> bool:
    """`args.days` where the file says `add_argument("--days", type=int)`, of all options of that name."""
    match value:
        case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=name)):
            pass
        case cst.Subscript(
            value=cst.Name(value=owner), slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]
        ):
            name = str(key.evaluated_value)
        case _:
            return False
    return bool(_PARSED.search(owner)) and ctx.memo("number options", lambda: _options(ctx.text)).get(name, False)


def _options(text: str) -> dict[str, bool]:
    """The options and arguments that a file declares, and whether each is a number wherever it is declared."""
    found: dict[str, bool] = {}
    tree = parse(text) if "argument(" in text else None
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call) and name_of(node.func) in ("add_argument", "argument"):
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            number = name_of(given.get("type", node)) in ("int", "float")
            for name in _names(node, given.get("dest")):
                found[name] = number and found.get(name, True)
    return found


def _names(call: ast.Call, dest: ast.expr | None) -> list[str]:
    """What the value is called: the destination, else the first long option, else the first name."""
    spelt = [arg.value for arg in ([dest] if dest is not None else call.args) if isinstance(arg, ast.Constant)]
    names = [name for name in spelt if isinstance(name, str)]
    first = next((name for name in names if name.startswith("--")), names[0] if names else "")
    return [first.lstrip("-").replace("-", "_")] if first else []


_PARSED = re.compile(r"(?:^|_)(?:args?|arguments|options|opts?|ns|namespace|parsed)(?:$|_)", re.IGNORECASE)
"""What the parsed command line is called."""
