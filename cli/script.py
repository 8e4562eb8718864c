"""dbstrata script: the SQL that makes OLD into NEW, or NEW into OLD."""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def script(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A snapshot file, a split directory, `-`, or `empty`.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same, of what it is to become.")],
    rollback: Annotated[bool, typer.Option("--rollback", help="The way back: from NEW to OLD.")] = False,
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Write here; `-` is stdout.")] = "-",
    ignore: Annotated[str, typer.Option(metavar="LIST", help="Leave out: owner,privileges,comment.")] = "",
    allow: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Go on in spite of it: unmodelled.")] = None,
    lock_timeout: Annotated[str, typer.Option(metavar="TIME", help="How long a statement waits for a lock.")] = "10s",
) -> None:
    """Print the SQL that makes OLD into NEW, ready for psql; with --rollback, NEW into OLD.

    Exit 0; 2 on bad input; 3 if the change is refused; 5 if the plan does not prove.
    """
    from .plans import make_script
    from .sources import pair

    before, after = pair(old, new)
    if rollback:
        before, after = after, before
    text = make_script(
        before,
        after,
        ignore=tuple(filter(None, ignore.split(","))),
        allow=tuple(allow or ()),
        rollback=rollback,
        lock_timeout=lock_timeout,
    )
    from .output import write_text

    write_text(text, output)
