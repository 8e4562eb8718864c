"""What `dbstrata export` does once the command line is read.

A plan's parts become migrations. Undone they come in the opposite order, so the last one holds the first part of the
way back; where one way has fewer parts than the other, it has nothing to do in those left.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..snapshots.errors import InputError, Refused
from .output import write_text

if TYPE_CHECKING:
    from .bundles.opening import Bundle
    from .sources import Pair

__all__ = ["Names", "Tool", "export", "of_bundle"]


class Tool(StrEnum):
    """Whose files."""

    flyway = "flyway"
    alembic = "alembic"
    django = "django"
    golang_migrate = "golang-migrate"
    dbmate = "dbmate"


class Names(NamedTuple):
    """What the migrations are called."""

    name: str
    number: str = ""
    after: str = ""
    app: str = "app"


@dataclass(frozen=True)
class Part:
    """What one migration does in one direction."""

    statements: tuple[str, ...] = ()
    transaction: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Migration:
    """One of the files, or pairs of files."""

    title: str
    number: str
    """Of the first one, as it was given; the others count on from it."""
    at: int
    """From 0."""
    count: int
    names: Names
    forward: Part
    back: Part

    @property
    def slug(self) -> str:
        """The name, fit for a file."""
        name = re.sub(r"\W+", "_", self.names.name, flags=re.ASCII).strip("_").lower() or "schema"
        return name if self.count == 1 else f"{name}_{self.at + 1}"

    @property
    def facts(self) -> dict[str, object]:
        """What a template of both directions is given."""
        return {"title": self.title, "forward": self.forward, "back": self.back}


File = tuple[str, str]
"""Name and text."""

ONE_QUERY = frozenset({Tool.golang_migrate, Tool.dbmate})
"""They send a file, or its half, as one query; to the server several statements in one are a transaction."""


def of_bundle(path: str, options: Mapping[str, object]) -> "Bundle":
    """The bundle, proven; its settings are those of the change. Raises InputError for options beside it, Refused."""
    from .bundles.opening import open_bundle

    if given := [f"--{name}" for name, value in options.items() if value]:
        raise InputError(
            f"{', '.join(given)} beside a bundle", path, "the bundle holds its own: leave it out, or say OLD and NEW"
        )
    found = open_bundle(path)
    found.prove()
    return found


def export(
    both: "Pair", tool: Tool, folder: str, names: Names, *, allow: Iterable[str] = (), lock_timeout: str = "10s"
) -> list[str]:
    """Write the files; their paths. Raises InputError, Refused."""
    from .plans import allowances, check_lock_timeout

    check_lock_timeout(lock_timeout)
    words, _ = allowances(allow)
    there, back = (_parts(side, words, lock_timeout, tool) for side in (both, both.back))
    files = [file for migration in _migrations(there, back, names, both) for file in FILES[tool](migration)]
    paths = [Path(folder, name) for name, _ in files]
    for path in paths:
        if path.exists():
            raise InputError("is there already", str(path), "say another --number or --name")
    Path(folder).mkdir(parents=True, exist_ok=True)
    for path, (_, text) in zip(paths, files, strict=True):
        write_text(text.strip("\n") + "\n", str(path))
    return [str(path) for path in paths]


def _parts(pair: "Pair", allow: Iterable[str], lock_timeout: str, tool: Tool) -> list[Part]:
    """The plan's parts as text. What can't run in a transaction is a part by itself, without settings, for who sends a
    part as one query. Flyway alone knows what the stock client does, such as DELIMITER; others hand a statement to the
    driver."""
    from ..dialects import commands
    from ..templates.render import render_settings, render_statement
    from .plans import make_plan

    dialect = pair.old.header.dialect
    found: list[Part] = []
    for part in make_plan(pair, allow=allow).parts:
        statements = [render_statement(dialect, statement) for statement in part.statements]
        if tool is not Tool.flyway:
            statements = [command for sql in statements for command in commands(dialect, sql)]
        if tool in ONE_QUERY and part.reason and not part.transaction:
            found += [Part((sql,), transaction=False, reason=part.reason) for sql in statements]
            continue
        before, after = render_settings(dialect, transaction=part.transaction, lock_timeout=lock_timeout)
        found.append(Part((*before, *statements, *after), part.transaction, part.reason))
    return found


def _migrations(forward: list[Part], back: list[Part], names: Names, pair: "Pair") -> Iterator[Migration]:
    from .. import __version__

    count = max(len(forward), len(back), 1)
    title = f"{names.name}, by dbstrata {__version__}: from {pair.prints[0][:12]} to {pair.prints[1][:12]}"
    there = [*forward, *[Part()] * (count - len(forward))]
    again = [*back, *[Part()] * (count - len(back))][::-1]
    for at, (way, undo) in enumerate(zip(there, again, strict=True)):
        yield Migration(title, names.number or _now(), at, count, names, way, undo)


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).strftime("%Y%m%d%H%M%S")


# files by tool


def _flyway(migration: Migration) -> Iterator[File]:
    """V and U, and beside each what it needs (Flyway: "Script Configuration"). Where text holds what Flyway puts a
    value into by default, it is told not to."""
    from ..templates.render import render_file

    number = migration.number if migration.count == 1 else f"{migration.number}.{migration.at + 1}"
    for letter, part in (("V", migration.forward), ("U", migration.back)):
        name = f"{letter}{number}__{migration.slug}.sql"
        facts = {"title": migration.title, "reason": part.reason, "statements": part.statements}
        text = render_file("flyway.sql", **facts)
        yield name, text
        literal = "${" in text
        if literal or not part.transaction:
            yield f"{name}.conf", render_file("flyway.sql.conf", transaction=part.transaction, literal=literal)


def _golang_migrate(migration: Migration) -> Iterator[File]:
    """{version}_{title}.up.sql and .down.sql (golang-migrate: MIGRATIONS.md)."""
    from ..templates.render import render_file

    for word, part in (("up", migration.forward), ("down", migration.back)):
        facts = {"reason": part.reason, "statements": part.statements, "transaction": part.transaction}
        text = render_file("golang-migrate.sql", title=migration.title, **facts)
        yield f"{_counted(migration)}_{migration.slug}.{word}.sql", text


_MARK = re.compile(r"^--\s*migrate:(?:up|down)(?:\s|\Z)", re.MULTILINE)


def _dbmate(migration: Migration) -> Iterator[File]:
    """{version}_{name}.sql with both directions (dbmate: "Creating Migrations", "Migration Options"). Raises Refused
    where text has a line that dbmate takes for the beginning of one."""
    from ..templates.render import render_file

    for sql in (*migration.forward.statements, *migration.back.statements):
        if mark := _MARK.search(sql):
            where = sql.partition("\n")[0]
            line = mark[0].strip()
            raise Refused(f"dbmate takes a line of it for its own: {line!r}", where, "change that line first")

    yield f"{_counted(migration)}_{migration.slug}.sql", render_file("dbmate.sql", **migration.facts)


def _alembic(migration: Migration) -> Iterator[File]:
    from ..templates.render import render_file

    before = _revision(migration, migration.at - 1) if migration.at else migration.names.after
    revision = _revision(migration, migration.at)
    text = render_file("alembic.py", revision=revision, after=before, apart=migration.count > 1, **migration.facts)
    yield f"{revision}_{migration.slug}.py", text


def _revision(migration: Migration, at: int) -> str:
    return migration.number if migration.count == 1 else f"{migration.number}_{at + 1}"


def _django(migration: Migration) -> Iterator[File]:
    from ..templates.render import render_file

    stem = f"{_counted(migration)}_{migration.slug}"
    before = migration.names.after
    if migration.at:
        before = f"{_counted(migration, -1)}_{migration.slug.rpartition('_')[0]}_{migration.at}"
    yield f"{stem}.py", render_file("django.py", after=before, app=migration.names.app, **migration.facts)


def _counted(migration: Migration, beyond: int = 0) -> str:
    """The number, counted on for those behind the first, with its leading zeros. Raises InputError for what is none."""
    if not migration.number.isdecimal():
        raise InputError(f"no number: {migration.number!r}", "--number", "say digits, such as 0042")
    return str(int(migration.number) + migration.at + beyond).zfill(len(migration.number))


FILES: dict[Tool, Callable[[Migration], Iterator[File]]] = {
    Tool.flyway: _flyway,
    Tool.alembic: _alembic,
    Tool.django: _django,
    Tool.golang_migrate: _golang_migrate,
    Tool.dbmate: _dbmate,
}
