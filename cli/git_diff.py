"""dbstrata git-diff: what git calls to show a snapshot's changes."""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command("git-diff")
def command(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH OLD HEX MODE NEW HEX MODE",
            help="As git gives them; of --textconv a FILE.",
        ),
    ],
    textconv: Annotated[bool, typer.Option("--textconv", help="Print FILE as lines that can be compared.")] = False,
) -> int:
    """Print the change of one file of a snapshot as a change of the schema. `dbstrata git-setup` makes git call this.

    Exit 0, whatever differs: git stops at anything else.
    """
    from .git_showing import show_change, show_file

    if textconv:
        show_file(arguments[0])
    else:
        show_change(arguments)
    return 0
