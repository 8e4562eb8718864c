"""dbstrata log: the schema's history from git."""

from typing import Annotated

import typer

from .comparing import Format
from .options import CONFIG, OUTPUT

app = typer.Typer(add_completion=False)


@app.command("log")
def command(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH] [RANGE]", help="The snapshot; the one that git tracks. Commits: `v2.0..v2.3`; HEAD."
        ),
    ] = None,
    object: Annotated[
        list[str] | None,
        typer.Option("--object", metavar="NAME", help="These objects alone: `public.orders`, a pattern (repeatable)."),
    ] = None,
    format: Annotated[
        Format, typer.Option(metavar="FORMAT", help="text, json (for programs) or markdown (a changelog by tags).")
    ] = Format.text,
    output: OUTPUT = "-",
    config: CONFIG = None,
) -> int:
    """Print each commit that changed the schema: what, who and when; newest first.

    Exit 0; 2 on bad input.
    """
    from .history_log import log

    log(words or [], objects=object or (), format=format, output=output, config=config)
    return 0
