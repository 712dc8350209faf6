"""`relint check --watch`: check, and again whenever a file changes. What has not changed comes from the cache."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Callable, Iterator

from relint.cache import build
from relint.cache.folder import NAME
from relint.checking import check
from relint.errors import ConfigError
from relint.options import CLEAN, Options
from relint.output import say, say_error
from relint.report.escape import escape

_SUFFIXES = (".py", ".pyi", ".sql", ".toml", ".cfg", ".ini", ".txt", ".in", "")
"""Of what can change findings: code, configuration, requirements; scripts and `.gitignore` have none."""
_TICK = 200
"""Milliseconds between two looks at what has changed."""
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"


def watch(make_options: Callable[[], Options]) -> int:
    """Check until Ctrl-C, which is how it ends well: exit code 0.

    `make_options` is called for every run, so that changed settings hold. ConfigError when watchfiles is missing, or
    for what is wrong before the first run.
    """
    try:
        import watchfiles
    except ImportError as error:
        raise ConfigError("--watch needs the package watchfiles: pip install 'relint[watch]'") from error
    options = make_options()
    running = _build(options)
    try:
        while True:
            places = _places(options)
            for first in _ticks(watchfiles, places, options):
                if not first:
                    options = _made(make_options, options)
                    if _build(options) != running:
                        _start_again()
                    if _places(options) != places:
                        break
                _run(options)
    except KeyboardInterrupt:
        return CLEAN


def _ticks(watchfiles: Any, places: list[str], options: Options) -> Iterator[bool]:
    """True once everything is watched, and then False after every change that matters."""

    class Matters(watchfiles.DefaultFilter):  # type: ignore[misc]  # a class without types where it is not installed
        ignore_dirs = (*watchfiles.DefaultFilter.ignore_dirs, NAME)

        def __call__(self, change: Any, path: str) -> bool:
            written = options.output_file is not None and os.path.abspath(options.output_file) == path
            return not written and os.path.splitext(path)[1] in _SUFFIXES and bool(super().__call__(change, path))

    first = True
    changes = watchfiles.watch(*places, watch_filter=Matters(), yield_on_timeout=True, rust_timeout=_TICK)
    for changed in changes:
        if changed or first:
            yield first
        first = False


def _run(options: Options) -> None:
    if sys.stdout.isatty():
        sys.stdout.write(_CLEAR)
    try:
        check(options)
    except ConfigError as error:
        say_error(escape(str(error)))
    sys.stdout.flush()
    say(options, "Watching for changes; Ctrl-C ends.")


def _made(make_options: Callable[[], Options], before: Options) -> Options:
    """Fresh options; those of before while the configuration is unusable, which the run has said."""
    try:
        return make_options()
    except ConfigError:
        return before


def _places(options: Options) -> list[str]:
    """What is watched: the paths to check, and the projects around them, whose other files their findings rest on."""
    places = set()
    for path in options.paths:
        absolute = os.path.abspath(path)
        places.add(absolute)
        folder = Path(absolute if os.path.isdir(absolute) else os.path.dirname(absolute))
        try:
            places.add(str(options.finder.for_folder(folder).root))
        except ConfigError:  # said by the run; what mends it is in the folder or above
            places.add(str(folder))
    there = sorted(place for place in places if os.path.exists(place))
    return [place for place in there if not any(place.startswith(os.path.join(other, "")) for other in there)]


def _build(options: Options) -> str:
    """What relint and its plugins are at this moment."""
    try:
        plugins = options.finder.for_folder(options.finder.cwd).plugins
        return build.stamp.__wrapped__(plugins)
    except (ConfigError, OSError):  # a plugin that is being written
        return ""


def _start_again() -> None:
    """What is loaded of a plugin stays as it is: only a new process sees its changes."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
