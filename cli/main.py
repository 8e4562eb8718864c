"""The command `dbstrata`: which verbs there are, and how an error becomes one line and an exit code."""

import sys
from importlib import import_module

COMMANDS = {
    "dump": (".dump", "read one catalog into a snapshot"),
    "diff": (".diff", "what changed between two snapshots"),
    "script": (".script", "the SQL that makes OLD into NEW, or back"),
    "build": (".build", "the whole DDL of a snapshot: the plan from nothing"),
    "fmt": (".fmt", "snapshots in canonical form"),
    "upgrade": (".upgrade", "snapshots in the newest format"),
    "demo": (".demo.run", "the tour: two versions of a web shop, forward and back"),
}
"""Verb, module and summary; so that help imports none of the modules."""

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


def usage() -> str:
    """The text of `dbstrata --help`."""
    return USAGE.format(commands="\n".join(f"  {verb:8} {summary}" for verb, (_, summary) in COMMANDS.items()))


def app(prog_name: str = "dbstrata") -> None:
    """Run the command line of this process, and exit."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from importlib.metadata import version

        print(f"dbstrata {version('dbstrata')}")
        sys.exit(0)
    if not arguments or arguments[0] in ("--help", "-h", "help"):
        print(usage(), end="")
        sys.exit(0 if arguments else 2)
    verb, *rest = arguments
    if verb not in COMMANDS:
        print(f"dbstrata: no such command: {verb}; see `dbstrata --help`", file=sys.stderr)
        sys.exit(2)
    sys.exit(_run(verb, rest, prog_name))


def _run(verb: str, arguments: list[str], prog_name: str) -> int:
    import typer

    from ..snapshots.errors import DbstrataError

    module = import_module(COMMANDS[verb][0], __package__)
    command = typer.main.get_command(module.app)
    try:
        result = command.main(args=arguments, prog_name=f"{prog_name} {verb}", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except DbstrataError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except Exception as error:
        return _usage_error(error, f"{prog_name} {verb}")
    except KeyboardInterrupt:
        print("dbstrata: interrupted", file=sys.stderr)
        return 130


def _usage_error(error: Exception, command: str) -> int:
    """Wrong options, and a closed pipe, as one line; anything else is a defect, and shows its traceback."""
    code = getattr(error, "exit_code", None)
    if isinstance(code, int) and hasattr(error, "format_message"):
        print(f"dbstrata: {error.format_message()}; see `{command} --help`", file=sys.stderr)
        return 2
    if isinstance(code, int):
        return code
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()
        return 0
    raise error
