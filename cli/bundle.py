"""dbstrata bundle: what a team reviews, tests, runs and keeps."""

from typing import Annotated

import typer

from .options import ALLOW, CONFIG, IGNORE, LOCK_TIMEOUT, NEW, OLD, RENAME, SCOPE, SERVER_VERSION, USING

app = typer.Typer(add_completion=False)


@app.command()
def bundle(
    old: OLD,
    new: NEW,
    output: Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="The folder to make.")],
    scope: SCOPE = None,
    ignore: IGNORE = "",
    allow: ALLOW = None,
    lock_timeout: LOCK_TIMEOUT = "10s",
    rename: RENAME = None,
    using: USING = None,
    server_version: SERVER_VERSION = None,
    config: CONFIG = None,
) -> None:
    """Write both scripts, the plan, the checks before and after, both snapshots, and the reports into a folder.

    Exit 0; 2 on bad input; 3 if the change is refused; 5 if the plan does not prove. The same input gives the same
    bytes.
    """
    from .bundles.making import make_bundle

    sha = make_bundle(
        old,
        new,
        output,
        scope=scope,
        ignore=ignore,
        allow=allow or (),
        lock_timeout=lock_timeout,
        rename=rename,
        using=using,
        server_version=server_version,
        config=config,
    )
    print(f"{output}: SHA-256 {sha}")
