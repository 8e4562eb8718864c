"""dbstrata export: the change in the form that another migration tool runs."""

from typing import Annotated

import typer

from .exporting import Tool
from .options import ALLOW, CONFIG, IGNORE, LOCK_TIMEOUT, RENAME, SCOPE, SERVER_VERSION, USING

app = typer.Typer(add_completion=False)


@app.command("export")
def command(
    old: Annotated[
        str,
        typer.Argument(metavar="OLD|BUNDLE", help="A snapshot, as `script` takes it; or a bundle, and then no NEW."),
    ],
    to: Annotated[Tool, typer.Option(metavar="TOOL", help="flyway, alembic, django, golang-migrate or dbmate.")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="Where the tool looks for migrations.")],
    new: Annotated[str | None, typer.Argument(metavar="[NEW]", help="What it is to become.")] = None,
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
    lock_timeout: LOCK_TIMEOUT = "",
    rename: RENAME = None,
    using: USING = None,
    server_version: SERVER_VERSION = None,
    config: CONFIG = None,
) -> int:
    """Write the way from OLD to NEW, or that of a bundle, and back, as migrations; one for each part that is committed
    by itself.

    Exit 0, with the files on stdout; 2 on bad input; 3 if the change is refused, or the bundle is not whole.
    """
    from .exporting import Names, export, of_bundle
    from .sources import pair, settings

    if new is None:
        given = {"scope": scope, "ignore": ignore, "allow": allow, "rename": rename, "using": using, "config": config}
        found = of_bundle(old, given | {"server-version": server_version})
        both, allow, lock_timeout = found.pair, list(found.manifest.allow), lock_timeout or found.manifest.lock_timeout
    else:
        both = pair(
            old,
            new,
            config=settings(config),
            ignore=ignore,
            scope=scope,
            rename=rename,
            using=using,
            server_version=server_version,
        )
    names = Names(name, number, after, app_label)
    for path in export(both, to, output, names, allow=allow or (), lock_timeout=lock_timeout or "10s"):
        typer.echo(path)
    return 0
