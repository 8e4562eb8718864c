"""What the files of a bundle hold. Strict: an unknown field is an error; a newer format is refused.

A script is written down in the pieces that it is run by, so that what is reviewed, what psql reads and what `apply`
sends are one text.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from ..config import Config

__all__ = [
    "MANIFEST_FORMAT",
    "PLAN_FORMAT",
    "Check",
    "Manifest",
    "Part",
    "PlanFile",
    "Risk",
    "Script",
    "Side",
    "Statement",
    "Step",
    "as_file",
    "plan_schema",
]

PLAN_FORMAT = 1
MANIFEST_FORMAT = 1


class _Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a file."""


class Step(_Record, frozen=True, kw_only=True):
    """One atomic change of a statement."""

    action: str
    identity: str
    attributes: tuple[str, ...] = ()
    """Of an alteration: what it sets."""
    touches: tuple[str, ...] = ()
    """What else comes, goes or is renamed with it."""
    loses: str | None = None
    fails: str | None = None
    """What in existing rows can make it fail."""
    why: str = ""
    locks: tuple[str, ...] = ()
    """Those on what was there before, each with its mode."""
    rewrites: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()
    undo: str = "exactly"
    """How the way back undoes it: exactly, structure only, not at all."""


class Risk(_Record, frozen=True, kw_only=True):
    """One thing that can go wrong, or be lost."""

    code: str
    object: str
    text: str
    lock: str = ""
    """The mode of the lock on the object that an application waits for, where that is the risk or makes it worse."""


class Statement(_Record, frozen=True, kw_only=True):
    """What the server takes at once."""

    lead: str = ""
    """What stands above it in the script: comments and blank lines."""
    sql: str
    """It, without the line feed behind it."""
    steps: tuple[Step, ...] = ()
    risks: tuple[Risk, ...] = ()

    @property
    def text(self) -> str:
        """As it stands in the script."""
        return f"{self.lead}{self.sql}\n"


class Part(_Record, frozen=True, kw_only=True):
    """Statements in one transaction, or, without `transaction`, each by itself."""

    transaction: bool
    reason: str = ""
    """Why it is a part of its own."""
    lead: str = ""
    opening: str
    """Settings, behind BEGIN where it is a transaction."""
    statements: tuple[Statement, ...] = ()
    closing: str = ""
    """COMMIT, where it is a transaction."""

    @property
    def text(self) -> str:
        """As it stands in the script."""
        return f"{self.lead}{self.opening}{''.join(s.text for s in self.statements)}{self.closing}"


class Script(_Record, frozen=True, kw_only=True):
    """One direction."""

    head: str
    parts: tuple[Part, ...] = ()
    tail: str = ""
    roles: tuple[str, ...] = ()
    """Those that it names."""

    @property
    def text(self) -> str:
        """The script: nothing but its pieces."""
        return self.head + "".join(part.text for part in self.parts) + self.tail

    def statements(self) -> Iterator[Statement]:
        """All, in order."""
        for part in self.parts:
            yield from part.statements

    def codes(self) -> tuple[str, ...]:
        """The codes of all risks."""
        return tuple(sorted({risk.code for statement in self.statements() for risk in statement.risks}))

    def losses(self) -> list[str]:
        """What it loses, step by step."""
        return [f"{s.action} {s.identity}: {s.loses}" for one in self.statements() for s in one.steps if s.loses]


class Check(_Record, frozen=True, kw_only=True):
    """A query that reads. Its rows are what is wrong: (object, detail)."""

    title: str
    sql: str
    stops: bool = True
    """Does a row stop `apply`? Else it is worth a look."""
    may: str = ""
    """A query that has a row where the user may ask this one; empty: everybody may."""
    counts: bool = False
    """Is the detail a number of rows, which `apply` compares with that of the same object on the other side?"""


class PlanFile(_Record, frozen=True, kw_only=True):
    """plan.json."""

    format: int
    forward: Script
    rollback: Script
    preflight: tuple[Check, ...] = ()
    verify: tuple[Check, ...] = ()


class Side(_Record, frozen=True, kw_only=True):
    """One end of the way."""

    file: str
    fingerprint: str
    server: str


class Manifest(_Record, frozen=True, kw_only=True):
    """manifest.json: what made the bundle, and what its files must be."""

    format: int
    dbstrata: str
    """The version that made it."""
    dialect: str
    mode: str = "plain"
    old: Side = msgspec.field(name="from")
    new: Side = msgspec.field(name="to")
    server_version: str | None = None
    """Of the server that the scripts are for, where it is not that of the start's."""
    risks: dict[str, tuple[str, ...]]
    """Codes by direction."""
    lock_timeout: str
    allow: tuple[str, ...] = ()
    settings: Config
    """Scope, ignored objects and attributes, renames, partitions, policy: the settings and the options together."""
    files: dict[str, str]
    """SHA-256 of each other file."""


def as_file(value: Any) -> bytes:
    """The bytes of a file: indented, a line feed at the end."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def plan_schema() -> bytes:
    """The JSON Schema of plan.json and manifest.json."""
    from ...snapshots.schema import components

    roots, definitions = components([PlanFile, Manifest])
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"dbstrata bundle: plan.json, format {PLAN_FORMAT}; manifest.json, format {MANIFEST_FORMAT}",
        "oneOf": roots,
        "$defs": definitions,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
