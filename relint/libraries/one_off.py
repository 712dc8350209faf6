"""How tasks that are run once are named, and what shows that one knows whether it has run."""

from __future__ import annotations

import re

ONE_OFF = re.compile(
    r"(?:^|_)(?:fix|backfill|migrate|populate|repair|convert|correct|renumber|"
    r"split|merge|move|rename|reassign|dedup\w*|deduplicate|upgrade|initiali[sz]e|fill|patch|normali[sz]e|one_?off|"
    r"oneoff|adhoc|legacy|retroactive\w*)(?:_|$)",
    re.IGNORECASE,
)
"""Names of commands and scripts that change data once; what is rebuilt or worked out anew may be so any time."""

GUARD = re.compile(
    r"run_?once|already|migrationrecorder|has_run|was_run|last_run|applied|checkpoint|completed|is_done|advisory_lock|"
    r"idempoten|data_?migrations?\b|task_?record|run_?record|skip(?:ping)?\b",
    re.IGNORECASE,
)
"""Words that stand in a task which records that it ran, or looks whether it did."""
