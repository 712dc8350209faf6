"""What actions start that is no edit of one document: fix a rule everywhere, show a suggestion, show a rule's page."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from pathlib import Path
from typing import Any, Sequence

from lsprotocol import types

from relint import __version__
from relint.errors import ConfigError
from relint.fix import Fixed, apply_edits
from relint.hosts.lsp.actions import fixed
from relint.hosts.lsp.analysis import Result
from relint.hosts.lsp.diagnostics import keyed
from relint.hosts.lsp.documents import Snapshot, on_disk, uri_of
from relint.hosts.lsp.edits import Unsupported, workspace_edit
from relint.hosts.lsp.progress import Progress
from relint.hosts.lsp.session import Session
from relint.hosts.lsp.worker import LATER, Token
from relint.model import NewFile
from relint.project import Cancelled, Files
from relint.registry import catalogue, page
from relint.report.diff import created, unified
from relint.report.style import Style
from relint.selectors import one_rule
from relint.settings import Settings

log = logging.getLogger(__name__)


async def fix_workspace(session: Session, code: str, unsafe: bool = False) -> int:
    """Apply the fixes of one rule to every file of the workspace, as one edit; returns how many were made.

    The safe ones only, unless `unsafe`. Shows progress, and stops when that is cancelled: then nothing is changed.
    """
    folders = session.workspace.folders
    files = await session.worker.run(lambda: [file for folder in folders for file in folder.files()], Token(), LATER)
    changes: list[tuple[Snapshot, str]] = []
    create: list[NewFile] = []
    count = 0
    async with Progress(session, f"relint: fixing {code}", len(files)) as progress:
        overlay = session.overlay()
        for path, settings in files:
            if not await progress.step(os.path.basename(path)):
                return 0
            outcome = await _fixed_file(session, path, settings, overlay, code, unsafe, progress.token)
            if outcome is None:
                continue
            snapshot, done = outcome
            if done.create and (create or not session.client.create_files):
                continue  # one file with new files at a time: the numbers of migrations depend on each other
            count += sum(done.fixed.values())
            changes.append((snapshot, done.text))
            create += done.create
        applied = await _apply(session, changes, create, f"Fix all {code}")
    session.inform(f"fixed {count} x {code} in {len(changes)} files" if applied else f"nothing to fix for {code}")
    return count if applied else 0


async def _fixed_file(
    session: Session, path: Path, settings: Settings, files: Files, code: str, unsafe: bool, token: Token
) -> tuple[Snapshot, Fixed] | None:
    """A file's snapshot and what fixing makes of it; None when nothing is to be done there."""
    held = next((each for each in session.open.values() if each.snapshot.path == str(path)), None)
    if code not in settings.live(path) or (held is not None and held.snapshot.notebook):
        return None

    def work() -> tuple[Snapshot, Fixed] | None:
        snapshot = held.snapshot if held is not None else on_disk(path)
        if snapshot is None:
            return None
        done = fixed(Result(snapshot, settings), files, token, codes=[code], unsafe=unsafe)
        return (snapshot, done) if done.text != snapshot.text or done.create else None

    try:
        return await session.worker.run(work, token, LATER)
    except Cancelled:
        return None
    except Exception:
        log.exception("fixing %s failed", path)
        return None


async def _apply(
    session: Session, changes: Sequence[tuple[Snapshot, str]], create: Sequence[NewFile], label: str
) -> bool:
    if not changes:
        return False
    root = str(session.workspace.folder_of(changes[0][0].path).path)
    try:
        edit = workspace_edit(changes, session.client, create, root)
    except Unsupported as error:
        session.inform(str(error))
        return False
    answer = await session.server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, label))
    return bool(answer.applied)


async def fix_document(session: Session, uri: str, unsafe: bool = False) -> bool:
    """Apply all safe fixes of one document; returns whether anything changed."""
    held = session.of(uri)
    if held is None:
        return False
    result = await session.result(held)
    if result.settings is None or result.broken:
        return False
    overlay, token = session.overlay(), Token()
    done = await session.worker.run(lambda: fixed(result, overlay, token, unsafe=unsafe), token)
    if done.text == result.snapshot.text:
        return False
    return await _apply(session, [(result.snapshot, done.text)], done.create, "Fix all safe findings")


async def preview(session: Session, uri: str, key: str) -> dict[str, str] | None:
    """Show what a suggestion would change, as a diff that a person reads; nothing is applied.

    Returns `title`, `before`, `after` and `diff`, for clients that show it themselves (`previewInClient`).
    """
    held = session.of(uri)
    if held is None:
        return None
    result = await session.result(held)
    found = next((each for each, known in keyed(result) if known == key), None)
    if found is None or found.fix is None:
        session.inform("the finding is gone")
        return None
    text = result.snapshot.text
    after = apply_edits(text, found.fix.edits)
    name, style = os.path.basename(result.snapshot.path), Style(False)
    diff = "".join(unified(name, text, after, style))
    diff += "".join(line for file in found.fix.create for line in created(file, os.path.basename(file.path), style))
    title = f"{found.code}: {found.fix.message}"
    if not session.options_of(held).preview_in_client:
        await _show(session, f"{found.code}-suggestion.diff", f"{title}\n\n{diff}")
    return {"title": title, "before": text, "after": after, "diff": diff}


async def show_rule(session: Session, name: str, uri: str = "") -> str | None:
    """Show a rule's page beside the code; returns its text."""
    held = session.of(uri)
    settings = held.result.settings if held is not None and held.result is not None else None
    plugins = settings.plugins if settings is not None else ()
    try:
        code = one_rule(name, catalogue(plugins))
    except ConfigError as error:
        session.inform(str(error))
        return None
    text = page(code, plugins)
    options = session.options_of(held) if held is not None else session.workspace.general
    if not options.preview_in_client:
        await _show(session, f"{code}.md", text)
    return text


async def _show(session: Session, name: str, text: str) -> None:
    """Open a text in the editor, from a file that only this user can read; else as a message."""
    if not session.client.show_document:
        session.inform(text)
        return
    if session.scratch is None:
        session.scratch = tempfile.TemporaryDirectory(prefix="relint-")
    folder = Path(session.scratch.name) / hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8", errors="backslashreplace", newline="")
    params = types.ShowDocumentParams(uri_of(str(folder / name)), external=False, take_focus=True)
    answer = await session.server.window_show_document_async(params)
    if not answer.success:
        session.inform(text)


def debug_information(session: Session) -> dict[str, Any]:
    """What a bug report should say."""
    return {
        "version": __version__,
        "client": vars(session.client),
        "checks": session.worker.done,
        "pending": len(session.server.protocol._request_futures),
        "folders": {
            str(each.path): {"trusted": each.options.trusted, "overrides": dict(each.options.overrides)}
            for each in session.workspace.folders
        },
        "open": {
            each.uri: {
                "configuration": str(each.result.settings.source) if each.result and each.result.settings else None,
                "findings": len(each.result.found) if each.result else None,
                "milliseconds": round(each.cost * 1000, 1),
            }
            for each in session.open.values()
        },
    }
