"""dbstrata fmt: snapshots in canonical form."""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def fmt(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Snapshot files, split directories, or `-`.")],
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file is not canonical.")] = False,
) -> int:
    """Rewrite each FILE in canonical form; `-` goes from stdin to stdout.

    Exit 0; 1 with --check if a file is not canonical, each named on stdout; 2 on bad input, and then nothing is
    written.
    """
    from ..snapshots.errors import InputError
    from ..snapshots.format import FORMAT
    from .rewrite import load, save, wholes

    found = [load(file) for file in wholes(files)]
    for stored in found:
        if stored.number != FORMAT:
            raise InputError(f"format {stored.number}", stored.source, f"dbstrata upgrade {stored.source}")
    if not check:
        for stored in found:
            save(stored)
        return 0
    different = [stored.source for stored in found if not stored.canonical]
    for source in different:
        typer.echo(f"not canonical: {source}")
    return 1 if different else 0
