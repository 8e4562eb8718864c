"""dbstrata completion: what a shell needs to know to complete commands and options."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

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


class Verb(NamedTuple):
    """A command, the commands inside it, and the options of all of them."""

    name: str
    summary: str
    words: list[str]
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
        yield Verb(name, summary, list(inner), list(found.values()))


def _options(command: Any) -> Iterator[Option]:
    for parameter in command.params:
        for name in parameter.opts:
            if name.startswith("--"):
                yield Option(name, parameter.help or "", not parameter.is_flag)
    yield Option("--help", "Show this help.", False)
