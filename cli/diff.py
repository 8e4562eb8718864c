"""dbstrata diff: what changed, for people."""

from typing import Annotated

import typer

from .comparing import ReportFormat
from .options import CONFIG, IGNORE, NEW, OLD, OUTPUT, RENAME, SCOPE

app = typer.Typer(add_completion=False)


@app.command("diff")
def command(
    old: OLD,
    new: NEW,
    format: Annotated[
        ReportFormat,
        typer.Option(
            metavar="FORMAT", help="text, json (for programs), markdown (for a pull request) or html (a page)."
        ),
    ] = ReportFormat.text,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 if they differ.")] = False,
    output: OUTPUT = "-",
    scope: SCOPE = None,
    ignore: IGNORE = "",
    show_spelling: Annotated[
        bool, typer.Option("--show-spelling", help="List what the two servers only spell differently.")
    ] = False,
    forward: Annotated[str | None, typer.Option(metavar="FILE", help="Write the script from OLD to NEW too.")] = None,
    rollback: Annotated[str | None, typer.Option(metavar="FILE", help="Write the script back, too.")] = None,
    rename: RENAME = None,
    config: CONFIG = None,
) -> int:
    """Print what differs between OLD and NEW; nothing if they are equal.

    Exit 0; 1 with --exit-code if they differ; 2 on bad input, such as snapshots of two dialects.
    """
    from .comparing import diff

    return diff(
        old,
        new,
        format=format,
        exit_code=exit_code,
        output=output,
        scope=scope,
        ignore=ignore,
        show_spelling=show_spelling,
        forward=forward,
        rollback=rollback,
        rename=rename,
        config=config,
    )
