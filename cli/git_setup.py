"""dbstrata git-setup: git merges snapshots by object, and shows their changes as changes of a schema."""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command("git-setup")
def command(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH...]", help="Snapshots, by path; without one, all that git tracks."),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take all of it back.")] = False,
) -> int:
    """Write the drivers to this repository's git configuration, and which files they are for to .gitattributes.

    Each clone needs it once; .gitattributes is for all. Running it again changes nothing. Exit 0; 2 on bad input.
    """
    from .setting_up import set_up, take_back

    for line in take_back() if undo else set_up(paths or ()):
        typer.echo(line)
    return 0
