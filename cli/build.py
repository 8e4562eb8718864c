"""dbstrata build: the whole DDL of a snapshot."""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def build(
    snapshot: Annotated[str, typer.Argument(metavar="SNAPSHOT", help="A snapshot file, a split directory, or `-`.")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Write here; `-` is stdout.")] = "-",
    allow: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Go on in spite of it: unmodelled.")] = None,
) -> None:
    """Print the plan from an empty database to SNAPSHOT. Exit codes as those of `script`."""
    from .output import write_text
    from .plans import make_script, nothing
    from .sources import load

    after = load(snapshot)
    write_text(make_script(nothing(after), after, allow=tuple(allow or ())), output)
