"""dbstrata script: the SQL that makes OLD into NEW, or NEW into OLD."""

from typing import Annotated

import typer

from .options import ALLOW, CONFIG, IGNORE, LOCK_TIMEOUT, NEW, OLD, OUTPUT, RENAME, SCOPE, SERVER_VERSION, USING

app = typer.Typer(add_completion=False)


@app.command()
def script(
    old: OLD,
    new: NEW,
    rollback: Annotated[bool, typer.Option("--rollback", help="The way back: from NEW to OLD.")] = False,
    output: OUTPUT = "-",
    scope: SCOPE = None,
    ignore: IGNORE = "",
    allow: ALLOW = None,
    lock_timeout: LOCK_TIMEOUT = "10s",
    rename: RENAME = None,
    using: USING = None,
    server_version: SERVER_VERSION = None,
    config: CONFIG = None,
) -> None:
    """Print the SQL that makes OLD into NEW, ready for psql, mysql or mariadb; with --rollback, NEW into OLD.

    Exit 0; 2 on bad input; 3 if the change is refused; 5 if the plan does not prove.
    """
    from .plans import write_script

    write_script(
        old,
        new,
        rollback=rollback,
        output=output,
        scope=scope,
        ignore=ignore,
        allow=allow,
        lock_timeout=lock_timeout,
        rename=rename,
        using=using,
        server_version=server_version,
        config=config,
    )
