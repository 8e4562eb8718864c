"""dbstrata upgrade: snapshots in the newest format."""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def upgrade(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Snapshot files, split directories, or `-`.")],
) -> int:
    """Rewrite each FILE in the format of this dbstrata; `-` goes from stdin to stdout. Older formats load without it.

    Exit 0; 2 on bad input, and then nothing is written.
    """
    from ..snapshots.format import FORMAT
    from .rewrite import load, save

    for stored in [load(file) for file in files]:
        save(stored)
        if stored.source != "-":
            was = f"format {stored.number} -> {FORMAT}" if stored.number != FORMAT else f"format {FORMAT} already"
            typer.echo(f"{stored.source}: {was}")
    return 0
