"""Code actions: what can be done about the findings under the cursor, and in the file.

Which finding is meant is told by the key in the diagnostic that comes back, never by its columns: clients get those
wrong. An edit is computed when the client asks for it (resolve), where it can; each was checked by running the rules
on its outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterator, Sequence

from lsprotocol import types

from relint.annotate import NEVER_SILENCED, annotated
from relint.fix import Fixed, fix, fix_one
from relint.hosts.lsp.analysis import Result
from relint.hosts.lsp.diagnostics import SOURCE, diagnostics, key_of, keyed
from relint.hosts.lsp.edits import Unsupported, workspace_edit
from relint.hosts.lsp.session import Open, Session
from relint.hosts.lsp.worker import NOW, Token
from relint.model import Diagnostic, NewFile, Safety
from relint.project import Files, Project

FIX_ALL = "source.fixAll.relint"
FIX_ALL_NOTEBOOK = "notebook.source.fixAll.relint"
KINDS = ("quickfix", FIX_ALL, FIX_ALL_NOTEBOOK)

COMMAND_FIX_WORKSPACE = "relint.fixAllInWorkspace"
COMMAND_FIX_DOCUMENT = "relint.fixAll"
COMMAND_DEBUG = "relint.debugInformation"
COMMAND_SHOW_RULE = "relint.showRule"
COMMAND_PREVIEW = "relint.previewFix"

REASON = "<why this is right here>"
"""What an ignore comment says until a person writes the reason."""


@dataclass(frozen=True)
class Wish:
    """What an action will do, as it travels through the client in `data`."""

    what: str
    uri: str
    key: str = ""

    @classmethod
    def of(cls, data: Any) -> Wish | None:
        """Read it back; None for data of somebody else."""
        if not isinstance(data, dict) or not all(isinstance(data.get(name), str) for name in ("what", "uri", "key")):
            return None
        return cls(data["what"], data["uri"], data["key"])


async def code_actions(session: Session, params: types.CodeActionParams) -> list[types.CodeAction]:
    """The actions for a range of a document, those that the client asked for."""
    uri = params.text_document.uri
    held = session.of(uri)
    if held is None or not held.checked:
        return []
    result = await session.result(held)
    if result.settings is None:
        return []
    wanted = _wanted(params.context.only)
    actions: list[types.CodeAction] = []
    if wanted("quickfix"):
        meant = list(_meant(result, params, session))
        returned = {key: each for each in params.context.diagnostics if (key := key_of(each))}
        shown = _shown_by_key(result, session)
        for found, key in meant:
            actions += _about(session, held, result, found, Wish("", uri, key), returned.get(key) or shown[key])
    whole = FIX_ALL_NOTEBOOK if held.snapshot.notebook else FIX_ALL
    # Clients ask for each cell of a notebook, all at once: only the notebook as a whole is fixed.
    if wanted(whole) and session.options_of(held).fix_all and _fixable(result.found):
        title = "relint: Fix all safe findings" + (" in the notebook" if held.snapshot.notebook else "")
        actions.append(_action(title, whole, Wish("fix-all", uri)))
    if session.client.resolve_edit:
        return actions
    return [action for action in [await resolve(session, each) for each in actions] if action.edit or action.command]


async def resolve(session: Session, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit; without one where the document has changed so that it does not apply any more."""
    wish = Wish.of(action.data)
    held = session.of(wish.uri) if wish else None
    if action.command is not None or action.edit is not None or wish is None or held is None:
        return action
    result = await session.result(held)
    if result.settings is None or (result.broken and wish.what != "ignore"):
        return action
    found = next((each for each, key in keyed(result) if key == wish.key), None)
    try:
        outcome = await _outcome(session, held, result, wish, found)
        if outcome is not None:
            text, create = outcome
            root = str(result.settings.root)
            action.edit = workspace_edit([(result.snapshot, text)], session.client, create, root)
    except Unsupported as error:
        action.disabled = types.CodeActionDisabled(str(error))
    return action


async def _outcome(
    session: Session, held: Open, result: Result, wish: Wish, found: Diagnostic | None
) -> tuple[str, Sequence[NewFile]] | None:
    """The text after an action and the files that it creates; None when nothing would change."""
    if wish.what == "ignore":
        text = annotated(result.snapshot.text, [found], "ignore", REASON)[0] if found else result.snapshot.text
        return None if text == result.snapshot.text else (text, ())
    files, token = session.overlay(), Token()
    if wish.what == "fix-all":
        work: Callable[[], Fixed] = lambda: fixed(result, files, token)  # noqa: E731
    elif found is not None and found.fix is not None:
        one = found
        work = lambda: _fixed_one(result, one, files, token)  # noqa: E731
    else:
        return None
    done = await session.worker.run(work, token, NOW)
    for note in done.notes:
        session.inform(note)
    return (done.text, done.create) if done.text != result.snapshot.text or done.create else None


def fixed(
    result: Result, files: Files, token: Token, *, codes: Sequence[str] | None = None, unsafe: bool = False
) -> Fixed:
    """All safe fixes of a snapshot (of some rules only, unsafe ones too); run in the worker."""
    assert result.settings is not None
    project = Project(result.settings, files, wanted=lambda: token.wanted)
    return fix(result.snapshot.source, result.settings, unsafe=unsafe, project=project, codes=codes)


def _fixed_one(result: Result, found: Diagnostic, files: Files, token: Token) -> Fixed:
    assert result.settings is not None
    project = Project(result.settings, files, wanted=lambda: token.wanted)
    return fix_one(result.snapshot.source, result.settings, result.found, found, project=project)


def _wanted(only: Sequence[types.CodeActionKind | str] | None) -> Callable[[str], bool]:
    """Whether a kind was asked for: `source.fixAll` asks for `source.fixAll.relint` too."""
    kinds = [str(getattr(each, "value", each)) for each in only or ()]
    return lambda kind: not kinds or any(each == "" or kind == each or kind.startswith(f"{each}.") for each in kinds)


def _meant(result: Result, params: types.CodeActionParams, session: Session) -> Iterator[tuple[Diagnostic, str]]:
    """The findings that the request is about: those it names, else those on its lines."""
    keys = {key_of(each) for each in params.context.diagnostics} - {None}
    if keys:
        yield from (pair for pair in keyed(result) if pair[1] in keys)
        return
    part = result.snapshot.part_of(params.text_document.uri)
    first = params.range.start.line + (part.first if part else 0) + 1
    last = max(first, params.range.end.line + (part.first if part else 0) + 1)
    yield from ((found, key) for found, key in keyed(result) if found.start.line <= last and found.end.line >= first)


def _shown_by_key(result: Result, session: Session) -> dict[str, types.Diagnostic]:
    every = (each for shown in diagnostics(result, session.client).values() for each in shown)
    return {key: each for each in every if (key := key_of(each))}


def _about(
    session: Session, held: Open, result: Result, found: Diagnostic, wish: Wish, shown: types.Diagnostic
) -> Iterator[types.CodeAction]:
    label = f"{SOURCE} ({found.code})"
    options = session.options_of(held)
    if found.fix is not None and not result.broken:
        yield from _fixes(label, found, wish, shown, unsafe=options.unsafe_fixes)
    if options.disable_rule_comment and found.code not in NEVER_SILENCED:
        yield _action(f"{label}: Ignore on this line", "quickfix", Wish("ignore", wish.uri, wish.key), shown)
    arguments = [found.code, wish.uri]
    yield _command(f"{label}: Show the rule {found.name}", COMMAND_SHOW_RULE, arguments, shown)


def _fixes(
    label: str, found: Diagnostic, wish: Wish, shown: types.Diagnostic, *, unsafe: bool
) -> Iterator[types.CodeAction]:
    assert found.fix is not None
    if found.fix.safety is Safety.DISPLAY:
        title = f"{label}: Show suggestion: {found.fix.message}"
        yield _command(title, COMMAND_PREVIEW, [wish.uri, wish.key], shown)
        return
    safe = found.fix.safety is Safety.SAFE
    if not (safe or unsafe):
        return
    mark = "" if safe else " (unsafe)"
    action = _action(f"{label}: {found.fix.message}{mark}", "quickfix", Wish("fix", wish.uri, wish.key), shown)
    action.is_preferred = True if safe else None
    yield action
    title = f"{label}: Fix all {found.code} in the workspace{mark}"
    yield _command(title, COMMAND_FIX_WORKSPACE, [found.code, *([] if safe else ["unsafe"])], shown)


def _action(title: str, kind: str, wish: Wish, shown: types.Diagnostic | None = None) -> types.CodeAction:
    data = {"what": wish.what, "uri": wish.uri, "key": wish.key}
    return types.CodeAction(title, kind=kind, diagnostics=[shown] if shown else None, data=data)


def _command(title: str, command: str, arguments: list[Any], shown: types.Diagnostic) -> types.CodeAction:
    return types.CodeAction(
        title, kind="quickfix", diagnostics=[shown], command=types.Command(title, command, arguments=arguments)
    )


def _fixable(found: Sequence[Diagnostic]) -> bool:
    return any(each.fix is not None and each.fix.safety is Safety.SAFE for each in found)
