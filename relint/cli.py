"""The command line: commands and their options. What `check` does is in `relint.checking`."""

from __future__ import annotations

import gc
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Sequence

import click

from relint import __version__
from relint.errors import ConfigError, did_you_mean
from relint.formats import FORMATS, STDIN

if TYPE_CHECKING:
    from relint.annotate import Style as CommentStyle
    from relint.config import SettingsFinder

INTERRUPTED = 130
DEFAULT_BASELINE = "relint-baseline.json"
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _DefaultToCheck(click.Group):
    """`relint src/` and `relint --fix` mean `relint check src/` and `relint check --fix`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {option for parameter in self.get_params(ctx) for option in parameter.opts}
        if not args or args[0] not in {*self.commands, *own}:
            self._refuse_misspelt(args)
            args = ["check", *args]
        # The reason is given with `=` or not at all: what follows may be a path.
        args = [f"{arg}=" if arg in ("--add-ignore", "--add-noqa") else arg for arg in args]
        return super().parse_args(ctx, args)

    def _refuse_misspelt(self, args: list[str]) -> None:
        """`relint chek src/` is no wish to check a file `chek`. UsageError."""
        if not args or not args[0].isalpha() or os.path.lexists(args[0]):
            return
        if hint := did_you_mean(args[0], self.commands):
            raise click.UsageError(f"{args[0]!r} is neither a command nor a path{hint}")


@click.group(cls=_DefaultToCheck, context_settings=_CONTEXT)
@click.version_option(__version__, "-V", "--version", prog_name="relint", message="%(prog)s %(version)s")
def cli() -> None:
    """Find Python code that works only until something else fails, and fix it.

    Without a command: check. Exit codes: 0 clean, 1 findings, 2 usage, configuration or internal error.
    """


def _listed(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> list[str] | None:
    """`A,B` and repeated options as one list; None when the option was not given."""
    words = [word.strip() for value in values for word in value.split(",")]
    return [word for word in words if word] if values else None


def _ignores(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, list[str]] | None:
    """`GLOB:CODE,GLOB:CODE` as a table; a word without a colon belongs to the glob before it."""
    table: dict[str, list[str]] = {}
    glob = None
    for word in (word.strip() for value in values for word in value.split(",")):
        before, colon, code = word.rpartition(":")
        glob = before if colon else glob
        if glob is None:
            raise click.BadParameter(f"{word!r} is not GLOB:CODE")
        table.setdefault(glob, []).append(code)
    return table if values else None


def _list_option(name: str, metavar: str, text: str) -> Callable[[Any], Any]:
    return click.option(name, multiple=True, metavar=metavar, callback=_listed, help=text)


_OPTIONS: dict[str, list[Callable[[Any], Any]]] = {
    "settings": [
        click.option(
            "--config",
            "config_arguments",
            multiple=True,
            metavar="FILE|KEY=VALUE",
            help="Use this file for everything, or set a key (TOML). Repeatable.",
        ),
        click.option("--isolated", is_flag=True, help="Read no configuration file."),
        _list_option("--select", "SELECTORS", "Rules to run: codes, prefixes, families, names, ALL."),
        _list_option("--ignore", "SELECTORS", "Rules to leave out."),
        _list_option("--extend-select", "SELECTORS", "Rules to run besides the selected ones."),
        click.option(
            "--per-file-ignores",
            multiple=True,
            metavar="GLOB:SELECTOR",
            callback=_ignores,
            help="Rules to leave out in files that match.",
        ),
        _list_option("--fixable", "SELECTORS", "Rules whose fixes may be applied."),
        _list_option("--unfixable", "SELECTORS", "Rules whose fixes may not be applied."),
        _list_option("--exclude", "GLOBS", "What is not looked at; replaces the default."),
        _list_option("--extend-exclude", "GLOBS", "More that is not looked at."),
        click.option(
            "--respect-gitignore/--no-respect-gitignore", default=None, help="Leave out what git ignores (default)."
        ),
        click.option(
            "--force-exclude/--no-force-exclude",
            default=None,
            help="Exclude files even when they are named on the command line.",
        ),
        click.option("--target-version", metavar="VERSION", help="Oldest Python that runs the code, such as py310."),
        click.option("--check-tests/--no-check-tests", default=None, help="Run every rule in test files too."),
    ],
    "running": [
        click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes (default: one a CPU)."),
        click.option(
            "--scheduler", metavar="URL", help="Check files on the Dask cluster of this scheduler: tcp://host:8786."
        ),
        click.option(
            "-n",
            "--no-cache",
            is_flag=True,
            envvar="RELINT_NO_CACHE",
            help="Check every file, also those that nothing has changed for.",
        ),
        click.option(
            "--cache-dir",
            type=click.Path(file_okay=False),
            envvar="RELINT_CACHE_DIR",
            metavar="FOLDER",
            help="Where results are kept (default: .relint_cache in the project).",
        ),
    ],
    "check": [
        click.argument("paths", nargs=-1, type=click.Path()),
        click.option("--unsafe-fixes/--no-unsafe-fixes", help="Apply unsafe fixes too."),
        click.option("--diff", is_flag=True, help="Print what the fixes would change; write nothing."),
        click.option("--fix-only", is_flag=True, help="Apply fixes and do not report what stays."),
        click.option("--show-fixes", is_flag=True, help="List what was fixed."),
        click.option(
            "--output-format",
            type=click.Choice(FORMATS),
            envvar="RELINT_OUTPUT_FORMAT",
            help="How findings are printed (default: full).",
        ),
        click.option(
            "-o",
            "--output-file",
            type=click.Path(dir_okay=False),
            envvar="RELINT_OUTPUT_FILE",
            help="Write findings to this file in that format; the terminal shows them as well, for people.",
        ),
        click.option("--statistics", is_flag=True, help="Count the findings of each rule instead of printing them."),
        click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 even when there are findings."),
        click.option(
            "--fail-on", type=click.Choice(["warning", "error"]), help="Least severity that makes the exit code 1."
        ),
        click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 when something was fixed."),
        click.option("--ignore-noqa", is_flag=True, help="Ignore suppression comments."),
        click.option("--baseline", type=click.Path(dir_okay=False), metavar="FILE", help="Accept the findings in it."),
        click.option("--strict-baseline", is_flag=True, help="Exit with 1 when the baseline holds findings now gone."),
        click.option("--diff-base", metavar="REV", help="Report only what lies on lines changed since REV (git)."),
        click.option("--add-ignore", metavar="[=REASON]", help="Write a `# relint: ignore` comment for each finding."),
        click.option("--add-noqa", metavar="[=REASON]", help="Write a `# noqa` comment for each finding."),
        click.option("--stdin-filename", metavar="PATH", help="The name of what is read from stdin (path: -)."),
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            help="Colour (default: on a terminal).",
        ),
        click.option("-w", "--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C."),
        click.option("--show-files", is_flag=True, help="List the files that would be checked."),
        click.option("-q", "--quiet", is_flag=True, help="Print findings and errors only."),
        click.option("-v", "--verbose", is_flag=True, help="Say which configuration is used and how long it took."),
    ],
}


def _with_options(*groups: str) -> Callable[[Any], Any]:
    def decorate(function: Any) -> Any:
        for option in reversed([option for group in groups for option in _OPTIONS[group]]):
            function = option(function)
        return function

    return decorate


def _finder(config_arguments: Sequence[str], isolated: bool, settings: dict[str, Any]) -> SettingsFinder:
    from relint.config import SettingsFinder, command_line

    explicit, overrides = command_line(config_arguments, {name.replace("_", "-"): settings[name] for name in settings})
    if explicit and isolated:
        raise click.UsageError("--isolated reads no configuration file, --config FILE names one.")
    finder = SettingsFinder(explicit, isolated, overrides)
    try:
        finder.for_folder(Path())
    except ConfigError:
        if explicit or isolated:
            raise
        # Wrong on the command line is wrong for every file: say it before any is looked for. A broken file here
        # concerns this folder only, and is reported with it.
        SettingsFinder(isolated=True, overrides=overrides).for_folder(Path())
    return finder


_CHECK_NAMES = frozenset(
    "paths unsafe_fixes diff fix_only show_fixes output_format output_file statistics exit_zero exit_non_zero_on_fix "
    "ignore_noqa fail_on stdin_filename baseline strict_baseline diff_base color show_files quiet verbose".split()
)
_RUNNING_NAMES = ("jobs", "scheduler", "no_cache", "cache_dir")


def _run_check(fix: bool, config_arguments: Sequence[str], isolated: bool, given: dict[str, Any]) -> int:
    from relint.checking import check
    from relint.options import Options

    own = {name: given.pop(name) for name in (*_CHECK_NAMES, *_RUNNING_NAMES)}
    own["paths"] = own["paths"] or (".",)
    watching = given.pop("watch")
    if STDIN in own["paths"] and len(own["paths"]) > 1:
        raise click.UsageError("- (stdin) cannot be mixed with other paths.")
    if own["stdin_filename"] and own["paths"] != (STDIN,):
        raise click.UsageError("--stdin-filename goes with the path - only.")
    styles: dict[CommentStyle, str | None] = {"ignore": given.pop("add_ignore"), "noqa": given.pop("add_noqa")}
    reasons = [(style, reason) for style, reason in styles.items() if reason is not None]
    if len(reasons) > 1 or (reasons and (fix or own["diff"] or own["fix_only"] or own["paths"] == (STDIN,))):
        raise click.UsageError("--add-ignore and --add-noqa go alone, on files.")
    if own["diff_base"] and (fix or own["diff"] or own["fix_only"]):
        raise click.UsageError("--diff-base chooses what is reported; fixes change whole files.")
    if own["statistics"] and (own["diff"] or own["fix_only"]):
        raise click.UsageError("--statistics counts findings, which --diff and --fix-only do not print.")
    if watching and (own["paths"] == (STDIN,) or reasons or own["show_files"]):
        raise click.UsageError("--watch goes with files that are checked again and again.")

    def make_options() -> Options:
        return Options(_finder(config_arguments, isolated, given), fix=fix, **own)

    if watching:
        from relint.watch import watch

        return watch(make_options)
    options = make_options()
    try:
        for style, reason in reasons:
            from relint.commands.add_comments import add_comments

            return add_comments(options, style, reason)
        return check(options)
    except BrokenPipeError:
        raise
    except OSError as error:
        if own["output_file"] and error.filename == own["output_file"]:
            raise click.UsageError(f"--output-file {own['output_file']}: {error.strerror}") from error
        raise


@cli.command("check")
@click.option("--fix/--no-fix", help="Apply the safe fixes.")
@_with_options("check", "running", "settings")
def check_command(fix: bool, config_arguments: tuple[str, ...], isolated: bool, **given: Any) -> int:
    """Check files and folders (default: the working folder).

    [*] marks what --fix fixes, [!] what needs --unsafe-fixes too. A file whose fixes cannot be written is reported as
    it is, and the exit code is 2.
    """
    return _run_check(fix, config_arguments, isolated, given)


@cli.command("fix")
@_with_options("check", "running", "settings")
def fix_command(config_arguments: tuple[str, ...], isolated: bool, **given: Any) -> int:
    """Check and apply the safe fixes: the same as check --fix."""
    return _run_check(True, config_arguments, isolated, given)


@cli.command("rule")
@click.argument("name", metavar="CODE|NAME", required=False)
@click.option("--all", "every", is_flag=True, help="List all rules.")
@click.option("--output-format", type=click.Choice(["text", "json", "markdown"]), default="text")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
@click.option("--config", "config_arguments", multiple=True, metavar="FILE|KEY=VALUE", help="As for check.")
@click.option("--isolated", is_flag=True, help="Read no configuration file, and so no plugins.")
def rule_command(
    name: str | None, every: bool, output_format: str, color: str, config_arguments: tuple[str, ...], isolated: bool
) -> int:
    """Explain a rule, or list them all, those of the configured plugins included."""
    from relint import pages

    if every == (name is not None):
        raise click.UsageError("Give either a rule or --all.")
    plugins = _finder(config_arguments, isolated, {}).for_folder(Path.cwd()).plugins
    if name is None:
        sys.stdout.writelines(pages.every(output_format, plugins))
    else:
        sys.stdout.writelines(pages.one(name, output_format, color, plugins))
    return 0


@cli.command("config")
@click.argument("key", required=False)
@click.option("--show", "shown", type=click.Path(), metavar="FILE", help="Print the settings that hold for a file.")
@click.option("--config", "config_arguments", multiple=True, metavar="FILE|KEY=VALUE", help="As for check.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@click.option("--schema", is_flag=True, help="Print the JSON schema of the configuration, for editors.")
def config_command(
    key: str | None, shown: str | None, config_arguments: tuple[str, ...], isolated: bool, schema: bool
) -> int:
    """List the configuration keys, explain one, or show what holds for a file."""
    from relint import pages

    if (shown is not None) + (key is not None) + schema > 1:
        raise click.UsageError("Give a key, --show or --schema.")
    if schema:
        from relint import config_schema

        sys.stdout.write(config_schema.render())
        return 0
    if shown is not None:
        path = Path(shown)
        sys.stdout.writelines(pages.settings(path, _finder(config_arguments, isolated, {}).for_file(path)))
    else:
        sys.stdout.writelines(pages.keys(key))
    return 0


@cli.command("baseline")
@click.argument("paths", nargs=-1, type=click.Path())
@_with_options("running", "settings")
@click.option("--baseline", "file", type=click.Path(dir_okay=False), metavar="FILE", help="Where to write it.")
@click.option("--shrink", is_flag=True, help="Only drop what is gone; accept nothing new.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def baseline_command(paths: tuple[str, ...], file: str | None, shrink: bool, quiet: bool, **given: Any) -> int:
    """Accept the findings of today: `relint check --baseline FILE` then reports only new ones."""
    from relint.commands.baseline import write_baseline
    from relint.options import Options

    running = {name: given.pop(name) for name in _RUNNING_NAMES}
    finder = _finder(given.pop("config_arguments"), given.pop("isolated"), given)
    configured = finder.for_folder(Path()).baseline
    target = Path(file) if file else configured or Path(DEFAULT_BASELINE)
    options = Options(finder, paths or (".",), quiet=quiet, **running)
    return write_baseline(options, target, shrink=shrink)


@cli.command("report")
@click.argument("paths", nargs=-1, type=click.Path())
@_with_options("running", "settings")
@click.option("--html", "file", type=click.Path(dir_okay=False), required=True, metavar="FILE", help="Where to write.")
@click.option("--baseline", type=click.Path(dir_okay=False), metavar="FILE", help="Leave out the findings in it.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def report_command(paths: tuple[str, ...], file: str, baseline: str | None, quiet: bool, **given: Any) -> int:
    """Write one HTML page: findings by family, rule, folder and age."""
    from relint.commands.report import write_page
    from relint.options import Options

    running = {name: given.pop(name) for name in _RUNNING_NAMES}
    finder = _finder(given.pop("config_arguments"), given.pop("isolated"), given)
    return write_page(Options(finder, paths or (".",), baseline=baseline, quiet=quiet, **running), Path(file))


@cli.command("server")
@click.option("--tcp", metavar="[HOST:]PORT", help="Listen on a TCP port instead of stdin and stdout, for debugging.")
def server_command(tcp: str | None) -> int:
    """Serve editors: a language server on stdin and stdout (needs relint[lsp])."""
    host, _, port = (tcp or "").rpartition(":")
    if tcp is not None and not port.isdecimal():
        raise click.UsageError(f"--tcp takes a port or HOST:PORT, not {tcp!r}.")
    try:
        from relint.hosts.lsp.server import serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        return _fail("relint server needs pygls: pip install 'relint[lsp]'")
    serve((host or "127.0.0.1", int(port)) if tcp is not None else None)
    return 0


@cli.command("clean")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, file_okay=False))
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def clean_command(paths: tuple[str, ...], quiet: bool) -> int:
    """Remove the caches in these folders and below (default: the working folder)."""
    from relint.cache import folder
    from relint.report import shown_path

    for path in paths or (".",):
        for removed in folder.clean(Path(path)):
            if not quiet:
                click.echo(f"Removed {shown_path(str(removed))}", err=True)
    return 0


@cli.command("version")
def version_command() -> int:
    """Print the version."""
    click.echo(f"relint {__version__}")
    return 0


@cli.command("new")
@click.argument("family")
@click.argument("name")
def new_command(family: str, name: str) -> int:
    """Scaffold a rule with its fixer and fixtures, in a checkout of relint."""
    from relint import scaffold

    for path in scaffold.new(Path.cwd(), family, name):
        click.echo(os.fspath(path))
    click.echo(f"Next: python -m relint.registry && pytest tests/test_fixtures.py -k {name}", err=True)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code. Without `arguments` those of this process, which is then ours."""
    if arguments is None:
        gc.disable()  # `relint.worker` says when it looks for garbage
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace", newline="\n")
    try:
        code = cli.main(arguments, prog_name="relint", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ConfigError as error:
        return _fail(str(error))
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()  # the reader has gone
        return 1
    except OSError as error:
        # A full disk, a folder that is not there: what Python and its files say is enough.
        if error.filename is not None:
            return _fail(f"{error.filename}: {error.strerror}")
        _drop_output()
        return _fail(str(error.strerror or error))
    except Exception:  # noqa: BLE001 - the last resort: exit code 1 would say "findings"
        import traceback

        traceback.print_exc()
        return _fail("this is a bug in relint: please report it with the lines above")
    return code if isinstance(code, int) else 0


def _drop_output() -> None:
    """What Python would still flush at exit goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str) -> int:
    from relint.report.escape import escape

    sys.stderr.write(f"error: {escape(message)}\n")
    return 2
