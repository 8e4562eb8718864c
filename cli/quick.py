"""Plain command lines, before the parser of command lines is imported: that takes a tenth of a second.

What is not as plain as that, errors included, goes the ordinary way: the rules of command lines are all there.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

__all__ = ["run"]


class Line(NamedTuple):
    """What is known of a verb's command line. Parameters by option; nothing else is plain."""

    does: Callable[..., int | None]
    """Its exit code; None is 0."""
    words: int
    """How many arguments that are no options."""
    values: Mapping[str, str]
    flags: Mapping[str, str]


def run(verb: str, arguments: list[str]) -> int | None:
    """The exit code; None if the line is not plain, and nothing is done."""
    for command, rest in (((verb,), arguments), ((verb, *arguments[:1]), arguments[1:])):
        line = LINES.get(command)
        if line is not None and (found := _read(line, rest)) is not None:
            words, options = found
            return line.does(*words, **options) or 0
    return None


def _read(line: Line, arguments: list[str]) -> tuple[list[str], dict[str, Any]] | None:
    """Arguments and options; None if anything is unknown, missing, given twice, or joined with its value."""
    words: list[str] = []
    options: dict[str, Any] = {}
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("-") or argument == "-":
            words.append(argument)
            continue
        name = line.flags.get(argument) or line.values.get(argument)
        value = True if argument in line.flags else next(rest, "--")
        if name is None or name in options or (isinstance(value, str) and value.startswith("-") and value != "-"):
            return None
        options[name] = value
    return (words, options) if len(words) == line.words else None


def _diff(old: str, new: str, **options: Any) -> int:
    from .comparing import diff

    return diff(old, new, **options)


def _dump_postgres(url: str, **options: Any) -> None:
    from .dumping import dump_postgres

    dump_postgres(url, **options)


def _dump_mysql(url: str, **options: Any) -> None:
    from .dumping import dump_mysql

    dump_mysql(url, **options)


def _script(old: str, new: str, **options: Any) -> None:
    from .plans import write_script

    write_script(old, new, **options)


OUTPUT = {"-o": "output", "--output": "output"}

DUMP_FLAGS = {"--strict": "strict", "--split": "split"}

LINES: Mapping[tuple[str, ...], Line] = {
    ("diff",): Line(
        _diff, 2, {**OUTPUT, "--forward": "forward", "--rollback": "rollback"}, {"--exit-code": "exit_code"}
    ),
    ("dump", "mysql"): Line(_dump_mysql, 1, OUTPUT, DUMP_FLAGS),
    ("dump", "postgres"): Line(_dump_postgres, 1, OUTPUT, DUMP_FLAGS),
    ("script",): Line(_script, 2, OUTPUT, {"--rollback": "rollback"}),
}
"""By the words of the command."""
