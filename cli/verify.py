"""dbstrata verify: does the live schema equal the snapshot?"""

from typing import Annotated

import typer

from .comparing import ReportFormat
from .options import CONFIG, IGNORE, LIVE, SCOPE

app = typer.Typer(add_completion=False)


@app.command()
def verify(
    snapshot: Annotated[str, typer.Argument(metavar="SNAPSHOT", help="A snapshot file, a split directory, or `-`.")],
    url: LIVE,
    format: Annotated[
        ReportFormat, typer.Option(metavar="FORMAT", help="text, json, markdown or html, as `diff` prints.")
    ] = ReportFormat.text,
    scope: SCOPE = None,
    ignore: IGNORE = "",
    config: CONFIG = None,
) -> int:
    """Print how the database differs from the snapshot: what `+` or `-` says became of it.

    Exit 0 if equal, and nothing is printed; 1 if it has drifted; 2 on bad input; 4 if the server failed. Only the
    catalog is read.
    """
    from .comparing import verify

    return verify(snapshot, url, format=format, scope=scope, ignore=ignore, config=config)
