"""dbstrata build: the whole DDL of a snapshot."""

from typing import Annotated

import typer

from .options import ALLOW, CONFIG, IGNORE, LOCK_TIMEOUT, OUTPUT, SCOPE, SERVER_VERSION

app = typer.Typer(add_completion=False)


@app.command()
def build(
    snapshot: Annotated[str, typer.Argument(metavar="SNAPSHOT", help="A snapshot file, a split directory, or `-`.")],
    output: OUTPUT = "-",
    scope: SCOPE = None,
    ignore: IGNORE = "",
    allow: ALLOW = None,
    lock_timeout: LOCK_TIMEOUT = "10s",
    server_version: SERVER_VERSION = None,
    config: CONFIG = None,
) -> None:
    """Print the plan from an empty database to SNAPSHOT.

    Exit 0; 2 on bad input; 3 if the change is refused; 5 if the plan does not prove.
    """
    from .output import write_text
    from .plans import make_script
    from .sources import EMPTY, pair, settings

    both = pair(EMPTY, snapshot, config=settings(config), ignore=ignore, scope=scope, server_version=server_version)
    write_text(make_script(both, title="build", allow=allow or (), lock_timeout=lock_timeout), output)
