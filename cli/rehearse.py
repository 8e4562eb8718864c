"""dbstrata rehearse: a bundle on a scratch server, there and back."""

from typing import Annotated

import typer

from .bundles.telling import LogFormat
from .options import BUNDLE, LOG_FORMAT

app = typer.Typer(add_completion=False)


@app.command()
def rehearse(
    bundle: BUNDLE,
    scratch: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A server where a database can be made; else an embedded one is started."),
    ] = None,
    log_format: LOG_FORMAT = LogFormat.text,
) -> None:
    """Build the bundle's start from its snapshot, fill in a few rows, apply, compare, roll back, compare.

    Writes proof.json and proof.md into the bundle. Exit 0; 2 on bad input; 3 if refused; 4 if the server failed, as it
    does where an extension is missing there; 5 if it does not come out right.
    """
    from .bundles.rehearsing import rehearse_bundle
    from .bundles.telling import teller

    with teller(log_format) as tells:
        rehearse_bundle(bundle, tells, scratch=scratch)
