"""The verbs fixers write with. The only place that knows commas, parentheses, indentation and where imports go.

Every verb returns edits on the text that was checked, or None when the place cannot be edited safely. Texts are
written with `\\n`; `relint.fix` turns that into the file's own line ending.
"""

from relint.edits.definitions import (
    ensure_class,
    ensure_definition,
    ensure_function,
    free_name,
)
from relint.edits.expressions import (
    append_argument,
    parenthesize,
    parenthesized,
    prepend_argument,
    prepend_element,
    remove_argument,
    replace_node,
    set_keyword,
)
from relint.edits.imports import (
    ensure_import,
    ensure_member,
    ensure_module,
    import_statement,
)
from relint.edits.statements import (
    delete_statement,
    indent_lines,
    indent_of,
    insert_after,
    insert_at_start,
    insert_before,
    is_alone,
    is_docstring,
    line_indent,
    open_block,
    replace_statement,
    wrap,
)
from relint.model import Edits

__all__ = [
    "Edits",
    "ensure_class",
    "ensure_definition",
    "ensure_function",
    "free_name",
    "append_argument",
    "parenthesize",
    "parenthesized",
    "prepend_argument",
    "prepend_element",
    "remove_argument",
    "replace_node",
    "set_keyword",
    "ensure_import",
    "ensure_member",
    "ensure_module",
    "import_statement",
    "delete_statement",
    "indent_lines",
    "indent_of",
    "insert_after",
    "insert_at_start",
    "insert_before",
    "is_alone",
    "is_docstring",
    "line_indent",
    "open_block",
    "replace_statement",
    "wrap",
]
