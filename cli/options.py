"""Arguments and options that several commands have."""

from typing import Annotated

import typer

from .bundles.telling import LogFormat

OLD = Annotated[
    str, typer.Argument(metavar="OLD", help="A file, a split directory, `REVISION:PATH`, `-`, a URL, or `empty`.")
]
NEW = Annotated[str, typer.Argument(metavar="NEW", help="The same, of what it is to become.")]
IGNORE = Annotated[
    str,
    typer.Option(metavar="LIST", help="Leave out: owner, privileges, comment, other attributes, `kind schema.name`."),
]
SCOPE = Annotated[
    list[str] | None, typer.Option(metavar="SCHEMA", help="Compare these schemas alone (a pattern; repeatable).")
]
RENAME = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FROM=TO", help="An object that has another name in NEW: `column s.t.a=column s.t.b` (repeatable)."
    ),
]
USING = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN=EXPR", help="How values go over to another type: `column s.t.c=c::integer` (repeatable)."
    ),
]
SERVER_VERSION = Annotated[
    str | None,
    typer.Option(metavar="VERSION", help="Of the server that runs the script, where it is not OLD's: 16, 8.0.36."),
]
CONFIG = Annotated[str | None, typer.Option(metavar="FILE", help="Instead of ./dbstrata.toml or ./pyproject.toml.")]
ALLOW = Annotated[
    list[str] | None,
    typer.Option(metavar="CODE[:PATTERN]", help="Go on in spite of `unmodelled` objects that match (repeatable)."),
]
LOCK_TIMEOUT = Annotated[str, typer.Option(metavar="TIME", help="How long a statement waits for a lock; 0: for ever.")]
OUTPUT = Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Write here; `-` is stdout.")]
BUNDLE = Annotated[str, typer.Argument(metavar="BUNDLE", help="A folder that `dbstrata bundle` wrote.")]
LIVE = Annotated[str, typer.Argument(metavar="URL", help="The database, as `dump` takes it.")]
YES = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
DRY_RUN = Annotated[bool, typer.Option("--dry-run", help="Check all, print what would run, change nothing.")]
EXPECT = Annotated[
    str | None, typer.Option(metavar="SHA", help="Only this bundle: the SHA-256 that `bundle` and `check` print.")
]
ONCE = Annotated[
    list[str] | None,
    typer.Option("--allow", metavar="CODE[:PATTERN]", help="Go on in spite of these, for this once (repeatable)."),
]
RETRIES = Annotated[
    int, typer.Option(metavar="N", min=0, help="How often a part is tried again when a lock is not had.")
]
RECORD = Annotated[bool, typer.Option("--record", help="Add a row to the table dbstrata_history, made if not there.")]
LOG_FORMAT = Annotated[LogFormat, typer.Option(metavar="FORMAT", help="text, or json: a line an event.")]
