"""The JSON schema of the configuration, and that it agrees with what relint accepts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from relint import config_schema
from relint.cli import main
from relint.config import ConfigError, load
from relint.config_keys import KEYS

GOOD = """
select = ["REL1", "http", "REL102"]
fail-on = "error"
require-reason = true
target-version = "py311"
[per-file-ignores]
"scripts/*" = ["ALL"]
[severity]
REL102 = "error"
[sanctioned]
timeout = "settings.TIMEOUT"
timeout-import = "from app import settings"
max-concurrency = 5
[migrations]
database = "postgresql"
version = 16
start-after = { shop = "0042" }
[rules.REL102]
extra-calls = ["app.mail.connect"]
"""


def problems(text: str) -> list[str]:
    try:
        import tomllib
    except ImportError:
        import tomli as tomllib
    validator = jsonschema.Draft7Validator(config_schema.schema())
    return [error.message for error in validator.iter_errors(tomllib.loads(text))]


def test_the_shipped_file_is_fresh_and_a_schema() -> None:
    assert config_schema.FILE.read_text("utf-8") == config_schema.render(), "run python -m relint.config_schema"
    jsonschema.Draft7Validator.check_schema(config_schema.schema())


def test_every_key_is_in_it() -> None:
    schema: dict[str, Any] = config_schema.schema()
    for key in KEYS:
        at = schema
        for part in key.name.split("."):
            if part.startswith("<"):
                break
            at = at["properties"][part]


def test_what_relint_accepts_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "relint.toml"
    path.write_text(GOOD)
    assert load(path).fail_on == "error"
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    "text",
    [
        'selct = ["ALL"]',
        "select = 3",
        'fail-on = "never"',
        "[sanctioned]\nmax-concurrency = 0",
        "[sanctioned]\ntimeout = -1",
        '[migrations]\ndatabase = "postgres"',
        '[rules.REL102]\nextra-cals = ["x"]',
        '[severity]\nREL102 = "bad"',
    ],
)
def test_what_relint_refuses_is_invalid(tmp_path: Path, text: str) -> None:
    path = tmp_path / "relint.toml"
    path.write_text(text)
    with pytest.raises(ConfigError):
        load(path)
    assert problems(text)


def test_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "relint"
