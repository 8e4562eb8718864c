"""dbstrata script: the SQL that makes OLD into NEW, or NEW into OLD."""

from typing import Annotated

import typer

from .plans import ALLOW, LOCK_TIMEOUT, OUTPUT
from .sources import CONFIG, IGNORE, NEW, OLD, SCOPE

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
    config: CONFIG = None,
) -> None:
    """Print the SQL that makes OLD into NEW, ready for psql; with --rollback, NEW into OLD.

    Exit 0; 2 on bad input; 3 if the change is refused; 5 if the plan does not prove.
    """
    from .output import write_text
    from .plans import make_script
    from .sources import pair, settings

    both = pair(old, new, config=settings(config), ignore=ignore, scope=scope)
    text = make_script(both.back if rollback else both, allow=allow or (), rollback=rollback, lock_timeout=lock_timeout)
    write_text(text, output)
