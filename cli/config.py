"""dbstrata.toml, or `[tool.dbstrata]` in pyproject.toml: what a project says once and not at every command.

    [scope]        schemas, exclude_schemas, exclude: patterns, as the options of `dump`
    [ignore]       attributes, and objects as patterns: left out of every comparison
    [[partitions]] table = "public.events", managed = true: its partitions come and go at run time
    [[renames]]    from, to: identities
    [[using]]      column = "s.t.c", using = "c::integer": how values go over where the server knows no way
    [preflight]    large_table_mb: from which size on preflight.sql tells of a table
    [policy]       codes, [[policy.rule]]: what is allowed, warned of, refused (engine/policy.py)

Strict: an unknown key is an error, because a misspelt one would change a plan in silence.
"""

import os
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from ..engine.policy import Policy
from ..snapshots.errors import InputError
from ..snapshots.model import Scope
from ..snapshots.naming import Identity

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Config", "Ignore", "Partitions", "Preflight", "Rename", "Using", "load"]

FILES = ("dbstrata.toml", "pyproject.toml")
"""Looked for in the working directory, in this order; the first that speaks of dbstrata counts."""


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file."""


class Ignore(_Section, frozen=True):
    """What no comparison looks at."""

    attributes: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()


class Partitions(_Section, frozen=True):
    """How the partitions of one table are treated."""

    table: str
    """`schema.name`, or a pattern."""
    managed: bool = False
    """Made and dropped at run time, by a job or by pg_partman: plans leave them alone."""


class Rename(_Section, frozen=True):
    """An object that has another name now."""

    old: str = msgspec.field(name="from")
    new: str = msgspec.field(name="to")


class Using(_Section, frozen=True):
    """How a column's values go over to another type."""

    column: str
    """`schema.table.column`"""
    using: str
    """An expression over the table's columns, as in ALTER TABLE ... TYPE ... USING."""
    type: str | None = None
    """The new type; without it, either direction of the change is meant."""

    @property
    def identity(self) -> Identity:
        """The column's."""
        return Identity(f"column {self.column.removeprefix('column ')}")


class Preflight(_Section, frozen=True):
    """What is worth a note before a script runs."""

    large_table_mb: Annotated[int, msgspec.Meta(ge=0)] = 1024
    """A table that the script changes, with its indexes, in megabytes of 1048576 bytes."""


class Config(_Section, frozen=True):
    """All of the file."""

    scope: Scope = Scope()
    ignore: Ignore = Ignore()
    partitions: tuple[Partitions, ...] = ()
    renames: tuple[Rename, ...] = ()
    using: tuple[Using, ...] = ()
    preflight: Preflight = Preflight()
    policy: Policy = Policy()

    def without_hints(self) -> "Config":
        """The same without renames and answers: where a difference is a difference."""
        return msgspec.structs.replace(self, renames=(), using=())


def load(path: str | None = None) -> Config:
    """The settings in that file, or in the working directory's; the defaults if there are none. Raises InputError."""
    if path is not None:
        return _converted(_section(path, _read(path), must=True) or {}, path)
    for name in FILES:
        if os.path.exists(name):
            section = _section(name, _read(name), must=False)
            if section is not None:
                return _converted(section, name)
    return Config()


def _read(path: str) -> "Mapping[str, Any]":
    import tomllib

    try:
        with open(path, "rb") as stream:
            return tomllib.load(stream)
    except FileNotFoundError as error:
        raise InputError("no such file", path, "name an existing file with --config") from error
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read the settings: {_reason(error)}", path, "correct the file") from error


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _section(path: str, document: "Mapping[str, Any]", *, must: bool) -> "Mapping[str, Any] | None":
    """The whole document; of a pyproject.toml its table, None if it has none."""
    if os.path.basename(path) != "pyproject.toml":
        return document
    tool: Mapping[str, Any] | str | None = document.get("tool")
    found = tool.get("dbstrata") if isinstance(tool, dict) else None
    if found is None and must:
        raise InputError("no table [tool.dbstrata]", path, "add one, or name another file with --config")
    return found


def _converted(section: "Mapping[str, Any]", path: str) -> Config:
    try:
        return msgspec.convert(section, Config)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        what = what.replace("Object contains unknown field", "unknown key").replace("Object missing", "missing")
        place = where.strip("`").removeprefix("$").removeprefix(".")
        raise InputError(
            what=what[:1].lower() + what[1:],
            where=f"{path}: {place}" if place else path,
            next='see docs/commands.md, "dbstrata.toml", for the keys there are',
        ) from error
