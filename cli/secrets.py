"""dbstrata secrets: does a snapshot hold what should not be committed?"""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def secrets(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Snapshot files, split directories, or `-`.")],
) -> int:
    """Name each text that looks like a password, a key or a token; the text itself is not printed.

    dbstrata never dumps one of a connection, but a comment, a default or a function's body can hold anything. Exit 0;
    1 if there is one; 2 on bad input.
    """
    from .credentials import found_in
    from .rewrite import load, wholes

    found = [f"{file}: {told}" for file in wholes(files) for told in found_in(load(file).snapshot)]
    for line in found:
        typer.echo(line)
    return 1 if found else 0
