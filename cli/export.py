"""dbstrata export: the change in the form that another migration tool runs."""

from typing import Annotated

import typer

from .exporting import Tool
from .options import ALLOW, CONFIG, IGNORE, LOCK_TIMEOUT, NEW, OLD, RENAME, SCOPE

app = typer.Typer(add_completion=False)


@app.command("export")
def command(
    old: OLD,
    new: NEW,
    to: Annotated[Tool, typer.Option(metavar="TOOL", help="flyway, alembic, django, golang-migrate or dbmate.")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="Where the tool looks for migrations.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="What the migration is called.")] = "schema",
    number: Annotated[
        str, typer.Option(metavar="NUMBER", help="Its version, by the tool's own rule; without: the time, in UTC.")
    ] = "",
    after: Annotated[
        str, typer.Option(metavar="NAME", help="The migration before it: Alembic's revision, Django's name.")
    ] = "",
    app_label: Annotated[str, typer.Option("--app", metavar="LABEL", help="Django's application.")] = "app",
    scope: SCOPE = None,
    ignore: IGNORE = "",
    allow: ALLOW = None,
    lock_timeout: LOCK_TIMEOUT = "10s",
    rename: RENAME = None,
    config: CONFIG = None,
) -> int:
    """Write the way from OLD to NEW, and back, as migrations; one for each part that is committed by itself.

    Exit 0, with the files on stdout; 2 on bad input; 3 if the change is refused.
    """
    from .exporting import Names, export
    from .sources import pair, settings

    both = pair(old, new, config=settings(config), ignore=ignore, scope=scope, rename=rename)
    names = Names(name, number, after, app_label)
    for path in export(both, to, output, names, allow=allow or (), lock_timeout=lock_timeout):
        typer.echo(path)
    return 0
