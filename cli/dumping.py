"""What `dbstrata dump` does once the command line is read."""

import sys
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..snapshots.mysql import Snapshot as MySQLSnapshot
    from ..snapshots.postgres import Snapshot

__all__ = ["Imports", "dump_mysql", "dump_postgres"]


@dataclass(frozen=True)
class Imports:
    """What is read instead of a database: files that are run on a scratch server first."""

    sql: Sequence[str] = ()
    dump: str | None = None
    scratch: str | None = None

    def check(self, url: str | None, *, dumps: bool) -> None:
        """InputError unless there is one thing to read."""
        from ..snapshots.errors import InputError

        names = ("URL", "--from-sql", "--from-dump") if dumps else ("URL", "--from-sql")
        given = [name for name, value in zip(names, (url, self.sql, self.dump), strict=False) if value]
        if len(given) != 1:
            what = f"{' and '.join(given)} at once" if given else "nothing to read"
            raise InputError(what, "dbstrata dump", f"say one of {', '.join(names)}")
        if self.scratch is not None and url:
            raise InputError("--scratch beside a URL", "dbstrata dump", "say it with --from-sql")


NO_IMPORTS = Imports()


def dump_postgres(
    url: str | None,
    *,
    imports: Imports = NO_IMPORTS,
    output: str = "-",
    schema: Iterable[str] = (),
    exclude_schema: Iterable[str] = (),
    exclude: Iterable[str] = (),
    no_owner: bool = False,
    no_privileges: bool = False,
    split: bool = False,
    strict: bool = False,
    untested_server: bool = False,
) -> None:
    """Read the catalog, write the snapshot."""
    from ..dialects.postgres.catalog import read
    from ..dialects.postgres.connection import connection
    from ..snapshots.model import Scope

    _check_output(output, split)
    scope = Scope(
        schemas=tuple(sorted(set(schema))),
        exclude_schemas=tuple(sorted(set(exclude_schema))),
        exclude=tuple(sorted(set(exclude))),
    )
    imports.check(url, dumps=True)
    with (
        _postgres(url, imports) as source,
        connection(source, untested=untested_server) as found,
    ):
        snapshot = read(found, scope, owner=not no_owner, privileges=not no_privileges)
    _report(snapshot, output, strict)
    _write(snapshot, output, split)


@contextmanager
def _postgres(url: str | None, imports: Imports) -> Generator[str]:
    """The URL to read."""
    if url:
        yield url
        return
    from ..dialects.postgres.restoring import restored, restored_dump

    if imports.dump:
        made = restored_dump(imports.dump, scratch=imports.scratch, tell=_tell)
    else:
        made = restored(imports.sql, scratch=imports.scratch, tell=_tell)
    with made as found:
        yield found


def dump_mysql(
    url: str | None,
    *,
    imports: Imports = NO_IMPORTS,
    output: str = "-",
    exclude: Iterable[str] = (),
    privileges: bool = False,
    definer: str = "keep",
    split: bool = False,
    strict: bool = False,
    untested_server: bool = False,
) -> None:
    """Read the catalog of one database, write the snapshot."""
    from ..dialects.mysql.catalog import read
    from ..dialects.mysql.connection import connection
    from ..snapshots.model import Scope

    _check_output(output, split)
    scope = Scope(exclude=tuple(sorted(set(exclude))))
    imports.check(url, dumps=False)
    with _mysql(url, imports) as source, connection(source, untested=untested_server) as found:
        snapshot = read(found, scope, privileges=privileges, definer=definer, warn=_warn)
    _report(snapshot, output, strict)
    _write(snapshot, output, split)


@contextmanager
def _mysql(url: str | None, imports: Imports) -> Generator[str]:
    """The URL to read."""
    if url:
        yield url
        return
    from ..dialects.mysql.restoring import restored

    with restored(imports.sql, scratch=imports.scratch, tell=_tell) as found:
        yield found


def _tell(text: str) -> None:
    print(f"dbstrata: {text}", file=sys.stderr)


def _warn(text: str) -> None:
    print(f"dbstrata: warning: {text}", file=sys.stderr)


def _check_output(output: str, split: bool) -> None:
    """Said before the server is asked."""
    from ..snapshots.errors import InputError

    if split and output == "-":
        raise InputError("a --split dump is a directory", "-o is stdout", "name the directory with -o DIRECTORY")


def _report(snapshot: "Snapshot | MySQLSnapshot", output: str, strict: bool) -> None:
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

        format.write(snapshot, output, is_canonical=True)
