"""dbstrata diff: what changed, for people."""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A snapshot file, a split directory, `-`, or `empty`.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same, of what it is to become.")],
    format: Annotated[str, typer.Option(metavar="FORMAT", help="text, json or markdown.")] = "text",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 if they differ.")] = False,
    ignore: Annotated[str, typer.Option(metavar="LIST", help="Leave out: owner,privileges,comment.")] = "",
    show_spelling: Annotated[bool, typer.Option(help="List what only the servers spell differently.")] = False,
) -> int:
    """Print what differs between OLD and NEW.

    Exit 0; 1 with --exit-code if they differ; 2 on bad input.
    """
    from .sources import pair, same_file

    if same_file(old, new):
        return 0
    from ..dialects import dialect
    from ..engine.compare import compare
    from ..engine.schema import Schema

    before, after = map(Schema, pair(old, new))
    changes = compare(
        before, after, same=dialect(before.header.dialect).same, ignore=tuple(filter(None, ignore.split(",")))
    )
    for change in changes:
        sign = "+" if change.old is None else "-" if change.new is None else "±"
        typer.echo(f"{sign} {change.identity}" + (f": {', '.join(change.attributes)}" if change.attributes else ""))
    return 1 if changes and exit_code else 0
