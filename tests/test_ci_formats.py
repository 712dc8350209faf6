"""The formats that other programs read, held to their schemas and to hostile input."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from relint.lines import Lines
from relint.model import Diagnostic, Edit, Fix, NewFile, Position, Related, Safety, Severity
from relint.report import renderer
from relint.report.style import Style

SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json"
TEXT = "import requests\nname = '🚀'; requests.get(url)\nrequests.get(url)\n"
HOSTILE = "x\n::error::pwned\r##vso[task.complete]\x1b[31m]]></failure>|`<b>%0A,:;"


def finding(
    line: int = 2,
    *,
    path: str = "src/a.py",
    message: str = "`requests.get` has no timeout",
    severity: Severity = Severity.WARNING,
    fix: Safety | None = Safety.SAFE,
    related: tuple[Related, ...] = (),
) -> Diagnostic:
    lines = Lines(TEXT)
    start = TEXT.index("requests.get", lines.starts[line - 1])
    end = start + len("requests.get(url)")
    return Diagnostic(
        path,
        lines.position(start),
        lines.position(end),
        "REL102",
        "socket-without-timeout",
        message,
        severity,
        "https://example.invalid/socket-without-timeout/",
        (line, line),
        Fix("Add `timeout=10`", (Edit(end - 1, end - 1, ", timeout=10"),), fix) if fix else None,
        related,
        "fetch",
        "requests.geturl",
    )


def render(output_format: str, *found: Diagnostic) -> str:
    return "".join(renderer(output_format)([(TEXT, found)], Style()))


def test_json_lines() -> None:
    rows = [json.loads(line) for line in render("json-lines", finding(2), finding(3)).splitlines()]
    assert [row["location"] for row in rows] == [{"row": 2, "column": 13}, {"row": 3, "column": 1}]


def test_grouped() -> None:
    assert render("grouped", finding(2), finding(3, fix=None)) == (
        "src/a.py:\n  2:13  REL102 [*] `requests.get` has no timeout\n  3:1   REL102 `requests.get` has no timeout\n\n"
    )


def test_pylint() -> None:
    assert render("pylint", finding(3)) == "src/a.py:3: [REL102] `requests.get` has no timeout\n"


def test_github(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert render("github", finding(3, severity=Severity.ERROR)) == (
        f"::error title=relint (REL102),file={tmp_path}/src/a.py,line=3,col=1,endLine=3,endColumn=18::"
        "src/a.py:3:1: REL102 `requests.get` has no timeout\n"
    )
    assert render("github", finding(severity=Severity.INFO)).startswith("::notice ")


def test_azure() -> None:
    assert render("azure", finding(3, message="a; 100% of [x]")) == (
        "##vso[task.logissue type=warning;sourcepath=src/a.py;linenumber=3;columnnumber=1;code=REL102;]"
        "a%3B 100%AZP25 of [x%5D\n"
    )


def test_gitlab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    first, second = json.loads(render("gitlab", finding(2), finding(3)))
    assert first["location"] == {
        "path": "src/a.py",
        "positions": {"begin": {"line": 2, "column": 13}, "end": {"line": 2, "column": 30}},
    }
    assert first["severity"] == "major"
    assert first["fingerprint"] != second["fingerprint"]
    (moved,) = json.loads(render("gitlab", finding(3)))
    assert moved["fingerprint"] == first["fingerprint"], "no line number in it"


def test_rdjson_counts_bytes() -> None:
    report = json.loads(render("rdjson", finding(2)))
    (item,) = report["diagnostics"]
    assert item["location"]["range"]["start"] == {"line": 2, "column": 16}, "the rocket is four bytes"
    assert item["suggestions"][0]["text"] == ", timeout=10"
    (display,) = json.loads(render("rdjson", finding(fix=Safety.DISPLAY)))["diagnostics"]
    assert "suggestions" not in display


def test_junit() -> None:
    root = ElementTree.fromstring(render("junit", finding(2), finding(3)))
    (suite,) = root
    assert suite.attrib == {"name": "src/a.py", "tests": "2", "failures": "2", "errors": "0"}
    assert suite[0][0].attrib["message"] == "`requests.get` has no timeout"
    clean = ElementTree.fromstring("".join(renderer("junit")([], Style())))
    assert clean[0].attrib["tests"] == "1", "a clean run has one passed case"
    assert len(clean[0][0]) == 0


def test_markdown() -> None:
    shown = render("markdown", finding(2), finding(3, fix=None))
    assert "### relint: 2 findings" in shown
    assert "| [REL102 socket-without-timeout](https://example.invalid/socket-without-timeout/) | 2 | 1 |" in shown
    assert r"\`requests.get\` has no timeout" in shown
    assert render("markdown") == "### relint: no findings\n"


def sarif(*found: Diagnostic) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render("sarif", *found))
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(log)
    return log


def test_sarif_is_valid_and_complete() -> None:
    related = (Related(Position(1, 1), Position(1, 7), "imported here"),)
    (run,) = sarif(finding(2, related=related), finding(3, fix=Safety.DISPLAY))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == "REL102"
    assert "## Why it is bad" in rule["help"]["markdown"]
    first, second = run["results"]
    region = first["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 14, "endLine": 2, "endColumn": 31}, "UTF-16 units"
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/a.py"
    assert first["relatedLocations"][0]["message"]["text"] == "imported here"
    assert first["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] == ", timeout=10"
    assert "fixes" not in second
    assert first["partialFingerprints"] != second["partialFingerprints"]


def test_fixes_that_create_files_are_not_told_by_half() -> None:
    found = finding()
    assert found.fix is not None
    creating = replace(found, fix=replace(found.fix, create=(NewFile("new.py", "x = 1\n"),)))
    assert "fixes" not in sarif(creating)["runs"][0]["results"][0]
    assert "suggestions" not in json.loads(render("rdjson", creating))["diagnostics"][0]


def test_sarif_of_nothing_and_of_odd_paths() -> None:
    assert sarif()["runs"][0]["results"] == []
    (result,) = sarif(finding(path="a b/ü%\udcff.py"))["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "a%20b/%C3%BC%25%FF.py"


@pytest.mark.parametrize("output_format", ["github", "azure", "pylint", "grouped", "markdown"])
def test_a_file_cannot_begin_a_line_or_command_of_its_own(output_format: str) -> None:
    shown = render(output_format, finding(path=HOSTILE, message=HOSTILE))
    for line in shown.splitlines():
        assert not line.startswith("::error::pwned")
        assert not line.startswith("##vso[task.complete")
    assert "\x1b" not in shown
    assert "\r" not in shown


def test_junit_survives_hostile_text() -> None:
    root = ElementTree.fromstring(render("junit", finding(path=HOSTILE, message=HOSTILE + "\x00\ufffe")))
    assert len(root) == 1
    assert "pwned" in (root[0][0][0].text or "")
