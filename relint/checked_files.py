"""Which files a command checks, what comes of them, and which of their findings count."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Iterator

from relint.accepted import Accepted
from relint.errors import ConfigError
from relint.options import Options
from relint.output import plural, say, say_error
from relint.report.escape import escape
from relint.result import File, FileResult
from relint.run import run
from relint.tally import Tally

if TYPE_CHECKING:
    from relint.cache import Cache
    from relint.cluster import Cluster


def discovered(options: Options, tally: Tally) -> list[File]:
    """The files to check; configurations that are unusable are said, and fail the run."""
    from relint.discover import discover

    def unusable(error: ConfigError) -> None:
        tally.failed = True
        say_error(escape(str(error)))

    return list(discover([Path(path) for path in options.paths], options.finder, unusable))


def results_of(files: list[File], options: Options) -> Iterator[FileResult]:
    """What comes of each file, in order."""
    cache = _cache(options)
    yield from run(files, options.task, jobs=options.jobs, cache=cache, elsewhere=_cluster(options))
    if options.verbose and cache is not None:
        say(options, f"cache: {cache.hits} of {plural(len(files), 'file')} unchanged")
        for problem in cache.problems:
            say(options, f"warning: {escape(problem)}")


def _cluster(options: Options) -> Cluster | None:
    if options.scheduler is None:
        return None
    from relint.cluster import Cluster

    return Cluster(options.scheduler)


def _cache(options: Options) -> Cache | None:
    if options.no_cache:
        return None
    from relint.cache import Cache

    return Cache(Path(options.cache_dir) if options.cache_dir else None)


def accepted_of(options: Options, files: list[File]) -> Accepted:
    """What does not count: the baseline of the command line or of the settings, and unchanged lines."""
    configured = files[0][1].baseline if files else None
    baseline = Path(options.baseline) if options.baseline else configured
    return Accepted.of(baseline, options.diff_base, options.finder.cwd)
