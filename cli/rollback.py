"""dbstrata rollback: the way back of a bundle."""

import typer

from .bundles.telling import LogFormat
from .options import BUNDLE, DRY_RUN, EXPECT, LIVE, LOG_FORMAT, ONCE, RECORD, RETRIES, YES

app = typer.Typer(add_completion=False)


@app.command()
def rollback(
    bundle: BUNDLE,
    url: LIVE,
    yes: YES = False,
    dry_run: DRY_RUN = False,
    expect: EXPECT = None,
    allow: ONCE = None,
    retries: RETRIES = 5,
    record: RECORD = False,
    log_format: LOG_FORMAT = LogFormat.text,
) -> None:
    """Make the database the bundle's start again, from its end or from any state in between.

    What the way forward lost does not come back. Exit codes as of `apply`.
    """
    from .bundles.running import Options, run_bundle
    from .bundles.telling import teller

    options = Options(rollback=True, yes=yes, dry_run=dry_run, record=record, retries=retries, allow=tuple(allow or ()))
    with teller(log_format) as tells:
        run_bundle(bundle, url, options, tells, expect=expect)
