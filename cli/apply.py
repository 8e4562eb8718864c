"""dbstrata apply: run a bundle."""

from typing import Annotated

import typer

from .bundles.telling import LogFormat
from .options import BUNDLE, DRY_RUN, EXPECT, LIVE, LOG_FORMAT, ONCE, RECORD, RETRIES, YES

app = typer.Typer(add_completion=False)


@app.command()
def apply(
    bundle: BUNDLE,
    url: LIVE,
    yes: YES = False,
    dry_run: DRY_RUN = False,
    expect: EXPECT = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="From where an apply stopped: plan from what is there to the bundle's end.")
    ] = False,
    allow: ONCE = None,
    retries: RETRIES = 5,
    record: RECORD = False,
    log_format: LOG_FORMAT = LogFormat.text,
) -> None:
    """Make the database the bundle's end: check the bundle, drift, roles, policy, rows; run; prove by a dump.

    Exit 0; 2 on bad input; 3 if refused, and nothing was changed; 4 if the server failed; 130 after Ctrl-C. What
    stopped says where things stand.
    """
    from .bundles.running import Options, run_bundle
    from .bundles.telling import teller

    options = Options(yes=yes, dry_run=dry_run, resume=resume, record=record, retries=retries, allow=tuple(allow or ()))
    with teller(log_format) as tells:
        run_bundle(bundle, url, options, tells, expect=expect)
