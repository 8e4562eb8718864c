"""dbstrata completion: what a shell needs to know to complete commands and options."""

from collections.abc import Iterator
from enum import StrEnum
from inspect import unwrap
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

import typer

app = typer.Typer(add_completion=False)


class Shell(StrEnum):
    """Whose completion."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"


class Option(NamedTuple):
    """One of a verb's."""

    name: str
    help: str
    takes_value: bool
    choices: tuple[str, ...] = ()
    """All values that it takes; empty if they can't be told."""


class Verb(NamedTuple):
    """A command, the commands inside it, and the options of all of them."""

    name: str
    summary: str
    words: tuple[str, ...]
    """What its first word can be: those commands, or the choices of its first argument."""
    options: list[Option]


@app.command()
def completion(shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]) -> None:
    """Print the completion for a shell, to be sourced when it starts. Exit 0; 2 for another shell."""
    from .. import __version__
    from ..templates.render import render_page

    template = "fish" if shell is Shell.fish else "bash"
    typer.echo(render_page(f"completion/{template}", version=__version__, verbs=list(verbs())))


def verbs() -> Iterator[Verb]:
    """All of them, as the command line has them."""
    from importlib import import_module

    from .main import COMMANDS

    for name, (module, summary) in COMMANDS.items():
        command: Any = typer.main.get_command(import_module(module, __package__).app)
        inner = getattr(command, "commands", {})
        found = {option.name: option for one in inner.values() or [command] for option in _options(one)}
        first = next((p.name for p in command.params if p.param_type_name == "argument"), "")
        words = tuple(inner) or _choices(_hints(command).get(first))
        yield Verb(name, summary, words, list(found.values()))


def _options(command: Any) -> Iterator[Option]:
    hints = _hints(command)
    for parameter in command.params:
        for name in parameter.opts:
            if name.startswith("--"):
                choices = _choices(hints.get(parameter.name))
                yield Option(name, parameter.help or "", not parameter.is_flag, choices)
    yield Option("--help", "Show this help.", False)


def _hints(command: Any) -> dict[str, Any]:
    """The types of the parameters, from the function itself: what the parser keeps of them differs by its version."""
    return get_type_hints(unwrap(command.callback)) if command.callback else {}


def _choices(hint: Any) -> tuple[str, ...]:
    """The values of an enumeration, also inside of `| None` and the like."""
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return tuple(hint)
    return next((found for inner in get_args(hint) if (found := _choices(inner))), ())
