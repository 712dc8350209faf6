"""The harness for rules: a good rule passes it from any folder, and each check fails for what it is there for."""

from __future__ import annotations

from pathlib import Path

import pytest

from relint import testing
from relint.testing import Case, collect
from tests.plugins import plugin, replacement


def case(folder: Path, fixer: str = replacement("uno"), **texts: str) -> Case:
    """A rule that finds `one`, with fixtures of which some are given."""
    rule = plugin(folder, "TST001", "one", fixer)
    fixtures = folder / "fixtures" / "plugin" / "finds_one"
    fixtures.mkdir(parents=True)
    good = {"invalid": "one  # expect: TST001\n", "valid": "two\n", "fixed": "uno\n"}
    for kind, text in (good | texts).items():
        (fixtures / f"{kind}.py").write_text(text)
    return next(iter(collect(folder / "fixtures", plugins=(str(rule),))))


@pytest.mark.parametrize("check", [c for c in testing.CHECKS if c is not testing.documentation_is_true])
def test_a_good_rule_passes(tmp_path: Path, check: object) -> None:
    assert callable(check)
    check(case(tmp_path))


@pytest.mark.parametrize(
    ("check", "texts"),
    [
        (testing.invalid_is_found, {"invalid": "one\n"}),
        (testing.invalid_is_found, {"invalid": "one  # expect: TST001, TST001\n"}),
        (testing.valid_is_silent, {"valid": "one\n"}),
        (testing.fixed_equals_the_fix, {"fixed": "due\n"}),
        (testing.fixability_is_declared, {"fixer": replacement("uno").replace("),))", "),), Safety.UNSAFE)")}),
        (testing.fixability_is_declared, {"fixer": "return None"}),
    ],
)
def test_a_check_fails_for_what_it_is_there_for(tmp_path: Path, check: object, texts: dict[str, str]) -> None:
    assert callable(check)
    with pytest.raises(AssertionError):
        check(case(tmp_path, **texts))


def test_a_suggestion_that_does_not_compile_fails(tmp_path: Path) -> None:
    broken = replacement("uno(").replace("),))", "),), Safety.DISPLAY)")
    with pytest.raises(SyntaxError):
        testing.each_fix_compiles(case(tmp_path, fixer=broken))


def test_a_rule_without_a_page_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="the sections are"):
        testing.documentation_is_true(case(tmp_path))


def test_fixtures_may_be_named_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = case(tmp_path)
    (one.folder / "invalid").mkdir()
    (one.folder / "invalid" / "relint.toml").write_text("target-version = 'py312'\n")
    (one.folder / "invalid" / "a.py").write_text("one  # expect: TST001\n")
    monkeypatch.chdir(tmp_path)
    relative = next(iter(collect("fixtures", plugins=one.plugins)))
    testing.invalid_is_found(relative)
    assert relative.settings(relative.folder / "invalid" / "a.py").target_version == (3, 12)
