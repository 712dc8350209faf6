"""The JSON schema of `[tool.relint]`, for editors (taplo, SchemaStore), made from the table of keys.

`python -m relint.config_schema` writes `relint/relint.schema.json`; `relint config --schema` prints it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Mapping

from relint.config_keys import CHOICES, KEYS, Key
from relint.model import RuleInfo
from relint.registry import catalogue
from relint.selectors import names

SCHEMA_ID = "https://relint.readthedocs.io/relint.schema.json"
FILE = Path(__file__).parent / "relint.schema.json"

_STRINGS = {"type": "array", "items": {"type": "string"}}
_SECONDS = {"type": "number", "exclusiveMinimum": 0}
_TYPES: Mapping[str, dict[str, Any]] = {
    "boolean": {"type": "boolean"},
    "string": {"type": "string"},
    "path": {"type": "string"},
    "positive integer": {"type": "integer", "minimum": 1},
    "seconds": _SECONDS,
    "seconds or expression": {"anyOf": [_SECONDS, {"type": "string"}]},
    "import statement": {"type": "string", "pattern": r"^\s*(import|from)\s"},
    "version": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    "Python version": {"type": "string", "pattern": r"^(py)?3\.?[0-9]{1,2}$"},
    "retry": {"type": "string"},
    "list of selectors": {"type": "array", "items": {"$ref": "#/definitions/selector"}},
    "list of globs": _STRINGS,
    "list of paths": _STRINGS,
    "list of plugins": _STRINGS,
}


def schema() -> dict[str, Any]:
    """The schema as a JSON object (draft 7, which taplo and SchemaStore read)."""
    root = _table()
    for key in KEYS:
        if not key.name.startswith("rules."):
            _put(root, key)
    root["properties"]["rules"] = _rules()
    selectors = {"anyOf": [{"enum": names(catalogue())}, {"type": "string"}]}
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": SCHEMA_ID,
        "title": "relint",
        "description": "Configuration of relint: relint.toml, or [tool.relint] in pyproject.toml",
        "definitions": {"selector": selectors},
        "x-taplo-info": {"authors": ["relint"], "patterns": [r"^(.*(/|\\)\.?relint\.toml)$"]},
    }
    return {**head, **root}


def render() -> str:
    """The schema as the text of its file."""
    return json.dumps(schema(), indent=2) + "\n"


def _put(root: dict[str, Any], key: Key) -> None:
    *tables, last = key.name.split(".")
    for table in tables:
        root = root["properties"].setdefault(table, _table())
    value = {**_TYPES.get(key.type, {"enum": list(CHOICES.get(key.type, ()))}), "description": key.help}
    if last.startswith("<"):
        root["additionalProperties"] = value
    else:
        root["properties"][last] = value


def _rules() -> dict[str, Any]:
    rules = _table()
    for info in catalogue().values():
        if info.options:
            rules["properties"][info.code] = rules["properties"][info.name] = _options(info)
    # Plugins bring rules of their own.
    rules["additionalProperties"] = {"type": "object"}
    return rules


def _options(info: RuleInfo) -> dict[str, Any]:
    table = _table() | {"description": info.summary}
    table["properties"] = {name: _type_of(default) for name, default in info.options.items()}
    return table


def _type_of(default: Any) -> dict[str, Any]:
    if isinstance(default, bool):
        return {"type": "boolean"}
    if isinstance(default, (list, tuple)):
        return _STRINGS
    types = {int: "integer", float: "number", str: "string", dict: "object"}
    return {"type": types[type(default)]} if type(default) in types else {}


def _table() -> dict[str, Any]:
    return {"type": "object", "properties": {}, "additionalProperties": False}


if __name__ == "__main__":
    FILE.write_text(render(), "utf-8", newline="\n")
