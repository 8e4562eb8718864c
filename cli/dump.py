"""dbstrata dump: one catalog into a snapshot."""

from typing import Annotated

import typer

OUTPUT = Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Write here; `-` is stdout.")]
SPLIT = Annotated[bool, typer.Option("--split", help="A directory with one file an object.")]
STRICT = Annotated[bool, typer.Option("--strict", help="Refuse if anything is not covered by the model.")]
FROM_SQL = Annotated[
    list[str] | None,
    typer.Option("--from-sql", metavar="FILE", help="Instead of a database, what SQL makes (`-`: stdin; repeatable)."),
]
UNTESTED = Annotated[bool, typer.Option("--untested-server", help="Read a server newer than the newest tested one.")]

app = typer.Typer(add_completion=False, help="Read one catalog into a snapshot. Only the catalog is read, never a row.")


@app.callback()
def dump() -> None:
    """Read one catalog into a snapshot. Only the catalog is read, never a row."""


@app.command("postgres")
def dump_postgres(
    url: Annotated[
        str | None,
        typer.Argument(metavar="[URL]", help="As psql takes it: postgresql://user@host:5432/database, or key=value."),
    ] = None,
    output: OUTPUT = "-",
    from_sql: FROM_SQL = None,
    from_dump: Annotated[
        str | None,
        typer.Option("--from-dump", metavar="FILE", help="Instead of a database, a dump that pg_dump -Fc wrote."),
    ] = None,
    scratch: Annotated[
        str | None,
        typer.Option("--scratch", metavar="URL", help="Where these are run; else on an embedded server."),
    ] = None,
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
    split: SPLIT = False,
    strict: STRICT = False,
    untested_server: UNTESTED = False,
) -> None:
    """Read the catalog of a PostgreSQL database (13 to 18) into a snapshot.

    Exit 0; 2 on bad input; 3 if refused (--strict, an untested server); 4 if the server failed. Nothing is left then.
    """
    from .dumping import Imports
    from .dumping import dump_postgres as dump

    dump(
        url,
        imports=Imports(from_sql or (), from_dump, scratch),
        output=output,
        schema=schema or (),
        exclude_schema=exclude_schema or (),
        exclude=exclude or (),
        no_owner=no_owner,
        no_privileges=no_privileges,
        split=split,
        strict=strict,
        untested_server=untested_server,
    )


@app.command("mysql")
def dump_mysql(
    url: Annotated[
        str | None,
        typer.Argument(metavar="[URL]", help="mysql://user@host:3306/database, of a MySQL or a MariaDB; ?ssl-mode=..."),
    ] = None,
    output: OUTPUT = "-",
    from_sql: FROM_SQL = None,
    scratch: Annotated[
        str | None,
        typer.Option("--scratch", metavar="URL", help="Where that is run; else on a mysqld or mariadbd of our own."),
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", metavar="PATTERN", help="Not these objects: a pattern of names.")
    ] = None,
    privileges: Annotated[bool, typer.Option("--privileges", help="Take in the grants on the objects.")] = False,
    definer: Annotated[
        str,
        typer.Option("--definer", metavar="POLICY", help="keep; strip; or user@host, which takes each one's place."),
    ] = "keep",
    split: SPLIT = False,
    strict: STRICT = False,
    untested_server: UNTESTED = False,
) -> None:
    """Read the catalog of one database on MySQL (8.0 to 9.x) or MariaDB (10.6 to 12.x) into a snapshot.

    Exit 0; 2 on bad input; 3 if refused (--strict, an untested server); 4 if the server failed, or hides a part of the
    catalog from this user. Nothing is left then.
    """
    from .dumping import Imports
    from .dumping import dump_mysql as dump

    dump(
        url,
        imports=Imports(from_sql or (), scratch=scratch),
        output=output,
        exclude=exclude or (),
        privileges=privileges,
        definer=definer,
        split=split,
        strict=strict,
        untested_server=untested_server,
    )
