"""The command `dbstrata`: which verbs there are, and how an error becomes one line and an exit code."""

import sys
from collections.abc import Callable

COMMANDS = {
    "dump": (".dump", "read one catalog into a snapshot"),
    "diff": (".diff", "what changed between two snapshots"),
    "script": (".script", "the SQL that makes OLD into NEW, or back"),
    "build": (".build", "the whole DDL of a snapshot: the plan from nothing"),
    "bundle": (".bundle", "what a team reviews, tests, runs and keeps"),
    "check": (".check", "is a bundle whole, untampered, proven?"),
    "apply": (".apply", "run a bundle: drift, policy, locks; stops safe"),
    "rollback": (".rollback", "the way back of a bundle, from any state in between"),
    "verify": (".verify", "does the live schema equal the snapshot?"),
    "rehearse": (".rehearse", "a bundle on a scratch server: forward, back, proven"),
    "export": (".export", "the change as migrations of Flyway, Alembic, Django, ..."),
    "fmt": (".fmt", "snapshots in canonical form"),
    "upgrade": (".upgrade", "snapshots in the newest format"),
    "log": (".log", "the schema's history from git"),
    "blame": (".blame", "the last commit of an object and of all in it"),
    "merge-driver": (".merge_driver", "two branches' snapshots merged by object and attribute, for git"),
    "git-diff": (".git_diff", "a snapshot's change as git shows it, for git"),
    "git-setup": (".git_setup", "make git merge and show snapshots as schemas"),
    "secrets": (".secrets", "what in a snapshot looks like a password, a key or a token"),
    "completion": (".completion", "what bash, zsh or fish need to complete commands and options"),
    "demo": (".demo.run", "the tour: two versions of a web shop, forward and back"),
}
"""Verb, module and summary; so that help imports none of the modules. Each module has a typer `app`."""

USAGE = """Usage: dbstrata COMMAND [ARGS]...

  Version control for database schemas.

Commands:
{commands}

Options:
  --version  Print the version.
  --help     Print this help; `dbstrata COMMAND --help` prints a command's.

Exit codes: 0 done, or no difference; 1 difference; 2 usage or input; 3 refused;
            4 failed against a server; 5 a defect in dbstrata.
"""

INTERRUPTED = 130
"""What a shell expects of a process that Ctrl-C ended."""
DEFECT = 5
"""Never 1, the interpreter's own code for an uncaught exception, which would say "they differ"."""


def usage() -> str:
    """The text of `dbstrata --help`."""
    return USAGE.format(commands="\n".join(f"  {verb:12} {summary}" for verb, (_, summary) in COMMANDS.items()))


def run(prog_name: str = "dbstrata") -> None:
    """Run the command line of this process, and end it at once: all is written, and to tear down a big snapshot and
    hundreds of modules piece by piece takes the interpreter a tenth of a second."""
    import os
    from contextlib import suppress

    try:
        app(prog_name)
    except SystemExit as end:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(end.code if isinstance(end.code, int) else DEFECT)


def app(prog_name: str = "dbstrata") -> None:
    """Run the command line of this process, and exit."""
    sys.exit(_guarded(sys.argv[1:], prog_name))


def _guarded(arguments: list[str], prog_name: str) -> int:
    """The exit code; quiet when whoever reads the output has gone."""
    try:
        code = _dispatch(arguments, prog_name)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        return 0
    except KeyboardInterrupt:
        print("dbstrata: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception:
        return _defect()
    return code


def _defect() -> int:
    """What nobody foresaw, with its traceback: the one message that is for us and not for the user."""
    import traceback

    traceback.print_exc()
    print("dbstrata: a defect: the traceback above; please report it with the command and its input", file=sys.stderr)
    return DEFECT


def _discard_output() -> None:
    """Let the interpreter flush what is left into nothing."""
    import os

    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)


def _dispatch(arguments: list[str], prog_name: str) -> int:
    if arguments == ["--version"]:
        from .. import __version__

        print(f"dbstrata {__version__}")
        return 0
    if not arguments or arguments[0] in ("--help", "-h", "help"):
        print(usage(), end="", file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else 2
    verb, *rest = arguments
    if verb not in COMMANDS:
        what = "no such option" if verb.startswith("-") else "no such command"
        return _usage_error(f"{what}: {verb}", prog_name)
    return _run(verb, rest, f"{prog_name} {verb}")


RARELY = 1_000_000
"""New objects between two rounds of the garbage collector: a snapshot is many objects and no garbage."""


def _run(verb: str, arguments: list[str], prog_name: str) -> int:
    import gc

    from ..snapshots.errors import DbstrataError
    from . import quick

    gc.set_threshold(RARELY)

    try:
        code = quick.run(verb, arguments)
        return _parsed(verb, arguments, prog_name) if code is None else code
    except DbstrataError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _parsed(verb: str, arguments: list[str], prog_name: str) -> int:
    from importlib import import_module

    import typer

    module = import_module(COMMANDS[verb][0], __package__)
    command = typer.main.get_command(module.app)
    try:
        result = command.main(args=arguments, prog_name=prog_name, standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # click says exit 1, which is our "they differ"
            raise end.__context__ from None
        raise
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        return _usage_error(told, prog_name)
    return result if isinstance(result, int) else 0


def _told(error: Exception) -> str | None:
    """What click says of wrong options and arguments, as others say it: on one line, without a capital and a full stop.
    None if the error is not click's."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return "missing command"
    message: Callable[[], str] | None = getattr(error, "format_message", None)
    if message is None:
        return None
    text = " ".join(message().split()).rstrip(".").replace("\\", "\\\\")
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return text[:1].lower() + text[1:]


def _usage_error(what: str, prog_name: str) -> int:
    from ..snapshots.errors import hushed

    print(f"dbstrata: {hushed(what)}; see `{prog_name} --help`", file=sys.stderr)
    return 2
