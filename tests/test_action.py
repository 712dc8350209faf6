"""The GitHub action: its check step, run as a runner would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent


def test_the_check_step_annotates_and_writes_the_summary(tmp_path: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    step = action["runs"]["steps"][-1]
    assert set(step["env"]) == {"CHECKED", "ARGUMENTS"}
    (tmp_path / "a.py").write_text("import smtplib\nsmtplib.SMTP()\n")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "CHECKED": ".",
        "ARGUMENTS": "--select REL102",
    }
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::warning title=relint (REL102),file=")
    assert "### relint: 1 finding" in (tmp_path / "summary.md").read_text("utf-8")
