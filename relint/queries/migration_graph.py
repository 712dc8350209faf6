"""Whether new migrations may be put behind one: only where nothing stands behind it already.

A database that has run what stands behind a migration has run the migration too, and would never run the new ones in
between: Django refuses such a history.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator

from relint.context import Context
from relint.queries.migration_target import project_head
from relint.queries.migrations import Node, app_label, migration_in, other_files, own_name, this_migration

_DEPTH = 5
"""How far below the head of a project the migrations of its other apps are looked for."""


def stands_behind(ctx: Context) -> str | None:
    """Why no Django migration may follow the one in this file; None when it is the only leaf of its app.

    The answer reads as the end of a sentence: "`0007_merge` depends on it".
    """
    return ctx.memo("stands behind", lambda: _follower(ctx) or _other_leaf(ctx) or _other_app(ctx))


def _follower(ctx: Context) -> str | None:
    """A migration of the app that comes after this one, or replaces it."""
    own, label = own_name(ctx), app_label(ctx)
    node = this_migration(ctx)
    if node is None or not node.legible:
        return "what it depends on is computed"
    if node.run_before:
        return f"it has to run before `{'.'.join(node.run_before[0])}`"
    for name, other in _neighbours(ctx).items():
        if other is None or not other.legible:
            return f"what `{name}` depends on is computed"
        if (label, own) in other.replaces:
            return f"`{name}` replaces it"
        if (label, own) in other.dependencies:
            return f"`{name}` depends on it"
    return None


def _other_leaf(ctx: Context) -> str | None:
    """Another migration of the app that nothing depends on: the app has several leaves, or an order out of sight."""
    label = app_label(ctx)
    known = {name: node for name, node in _neighbours(ctx).items() if node is not None}
    nodes = [*known.values(), *filter(None, [this_migration(ctx)])]
    replaced = {name for node in nodes for app, name in node.replaces if app == label}
    squashes = {old: name for name, node in known.items() for app, old in node.replaces if app == label}
    needed = {name for node in nodes for app, name in node.dependencies if app == label}
    needed |= {squashes[name] for name in needed if name in squashes}
    needed |= {name for name, node in known.items() if any(app == label for app, _ in node.run_before)}
    leaves = sorted(known.keys() - replaced - needed)
    return f"`{leaves[0]}` is another leaf of the app" if leaves else None


def _other_app(ctx: Context) -> str | None:
    """A migration of another app in the project that names this one."""
    own, label = own_name(ctx), app_label(ctx)
    here = Path(os.path.abspath(ctx.path)).parent
    head = project_head(ctx) or Path(os.path.abspath(ctx.settings.root))
    for folder in _migration_folders(ctx, head, _DEPTH):
        for name in ctx.project.listing(folder) if folder != here else ():
            text = ctx.project.text(folder / name) if name.endswith(".py") else None
            if text is None or own not in text:
                continue
            node = migration_in(text)
            if node is not None and (label, own) in node.dependencies:
                return f"`{folder.parent.name}.{name[:-3]}` depends on it"
    return None


def _neighbours(ctx: Context) -> dict[str, Node | None]:
    """The migrations in the folder beside this one; None for a file that may be one and cannot be read."""
    found = {name: (migration_in(text), text) for name, text in other_files(ctx).items()}
    return {name: node for name, (node, text) in found.items() if node is not None or "class Migration" in text}


def _migration_folders(ctx: Context, folder: Path, depth: int) -> Iterator[Path]:
    """The folders called `migrations` below a folder, through packages and one level of plain folders."""
    for name in ctx.project.listing(folder):
        if not name.isidentifier():
            continue
        below = folder / name
        if name == "migrations":
            yield below
        elif depth and (depth == _DEPTH or "__init__.py" in ctx.project.listing(below)):
            yield from _migration_folders(ctx, below, depth - 1)
