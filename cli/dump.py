"""dbstrata dump: one catalog into a snapshot."""

import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ..snapshots.postgres import Snapshot

app = typer.Typer(add_completion=False, help="Read one catalog into a snapshot. Only the catalog is read, never a row.")


@app.callback()
def dump() -> None:
    """Read one catalog into a snapshot. Only the catalog is read, never a row."""


@app.command("postgres")
def dump_postgres(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="As psql takes it: postgresql://user@host:5432/database, or key=value.")
    ],
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Write here; `-` is stdout.")] = "-",
    schema: Annotated[
        list[str] | None, typer.Option("--schema", metavar="PATTERN", help="These schemas alone (*, ?, [...]).")
    ] = None,
    exclude_schema: Annotated[
        list[str] | None, typer.Option("--exclude-schema", metavar="PATTERN", help="Not these schemas.")
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="PATTERN", help="Not these objects: a pattern of schema.name, or of name."),
    ] = None,
    no_owner: Annotated[bool, typer.Option("--no-owner", help="Leave owners out.")] = False,
    no_privileges: Annotated[bool, typer.Option("--no-privileges", help="Leave privileges out.")] = False,
    split: Annotated[bool, typer.Option("--split", help="A directory with one file an object.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse if anything is not covered by the model.")] = False,
    untested_server: Annotated[
        bool, typer.Option("--untested-server", help="Read a server newer than the newest tested one.")
    ] = False,
) -> None:
    """Read the catalog of a PostgreSQL database (13 to 18) into a snapshot.

    Exit 0; 2 on bad input; 3 if refused (--strict, an untested server); 4 if the server failed. Nothing is left then.
    """
    from ..dialects.postgres.catalog import read
    from ..dialects.postgres.connection import connection
    from ..snapshots.model import Scope

    _check_output(output, split)
    scope = Scope(
        schemas=tuple(sorted(set(schema or ()))),
        exclude_schemas=tuple(sorted(set(exclude_schema or ()))),
        exclude=tuple(sorted(set(exclude or ()))),
    )
    with connection(url, untested=untested_server) as found:
        snapshot = read(found, scope, owner=not no_owner, privileges=not no_privileges)
    _report(snapshot, output, strict)
    _write(snapshot, output, split)


def _check_output(output: str, split: bool) -> None:
    """Said before the server is asked."""
    from ..snapshots.errors import InputError

    if split and output == "-":
        raise InputError("a --split dump is a directory", "-o is stdout", "name the directory with -o DIRECTORY")


def _report(snapshot: "Snapshot", output: str, strict: bool) -> None:
    """Count on stderr what the model does not cover; refuse if `strict`."""
    from ..snapshots.errors import Refused
    from ..snapshots.model import Unmodelled

    kinds = Counter(obj.type for obj in snapshot.objects if isinstance(obj, Unmodelled))
    if snapshot.header.scope.schemas and not snapshot.objects:
        print("dbstrata: warning: nothing is in that scope; check the patterns of --schema", file=sys.stderr)
    if not kinds:
        return
    counted = ", ".join(f"{number} x {kind}" for kind, number in sorted(kinds.items()))
    if strict:
        raise Refused(
            f"not covered by the model: {counted}",
            "--strict",
            "leave --strict out, or --exclude them; nothing is written",
        )
    print(
        f"dbstrata: warning: not covered by the model: {counted}; "
        f"noted in {'the snapshot' if output == '-' else output} as `unmodelled`",
        file=sys.stderr,
    )


def _write(snapshot: Any, output: str, split: bool) -> None:
    if split:
        from pathlib import Path

        from ..snapshots import split as directories

        directories.write(snapshot, Path(output))
    else:
        from ..snapshots import format

        format.write(snapshot, output)
