"""dbstrata blame: who made an object what it is, and when."""

from typing import Annotated

import typer

from .comparing import Format
from .options import CONFIG, OUTPUT

app = typer.Typer(add_completion=False)


@app.command("blame")
def command(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="IDENTITY [PATH]",
            help="`table public.orders`; the snapshot, or `REVISION:PATH`. Without: the one that git tracks, at HEAD.",
        ),
    ],
    format: Annotated[Format, typer.Option(metavar="FORMAT", help="text, json or markdown.")] = Format.text,
    output: OUTPUT = "-",
    config: CONFIG = None,
) -> int:
    """Print the last commit of an object and of each object in it: columns, constraints, indexes.

    Exit 0; 2 on bad input.
    """
    from .blaming import blame

    blame(words, format=format, output=output, config=config)
    return 0
