"""MySQL and MariaDB, as the engine sees them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Sequence as Many
from typing import Any

from ...engine.protocol import Effect, Facts, KindRules, Links, Renaming, Schema, State, Statement, Step
from ...snapshots.errors import Refused
from ...snapshots.model import Header, Identity, Object, plain
from ...snapshots.mysql import Column, Database, ForeignKey, Index, KeyPart, PrimaryKey, Sequence, Table
from ...snapshots.naming import identity as identity_of
from ...snapshots.naming import kind_of, path_of
from . import locks, options, partitions, privileges, renames, spelling, versions
from .catalog.scan import split, unquoted
from .effects import effects
from .risks import facts
from .rules import relations, tables
from .rules.columns import MODIFY

_CLAUSES = "alter_table."
"""Macros of this family are clauses of ALTER TABLE; `table.alter` puts the statement round them."""

_VERSIONING = "alter_table.set_versioning"
_APART: Mapping[str, str] = {
    "alter_table.drop_foreign_key": "foreign keys out",
    "alter_table.add_foreign_key": "foreign keys in",
    "alter_table.set_charset": "metadata",
    "alter_table.set_comment": "metadata",
    "alter_table.partition_by": "partitions",
    "alter_table.remove_partitioning": "no partitions",
    "alter_table.change_partitions": "some partitions",
    "alter_table.drop_default": "defaults",
    "alter_table.hide_index": "hidden indexes",
    _VERSIONING: "versioning",
}
"""Clauses that stand in an ALTER TABLE of their own: what can't go with others, and what alone is done at once."""

_KEYS = frozenset({"primary_key", "index"})
_RELATIONS = frozenset({"table", "view", "sequence"})

FLAVOURS: Mapping[str, Mapping[str, Any]] = {
    "mysql": {"hidden": "INVISIBLE", "shown": "VISIBLE", "or_replace": False},
    "mariadb": {"hidden": "IGNORED", "shown": "NOT IGNORED", "or_replace": True},
}
"""Words and forms that set the two flavours apart."""


class MySQL:
    """Implements engine.protocol.Dialect."""

    name = "mysql"
    transactional = False

    def rules(self, kind: str) -> KindRules:
        """The rules of a kind of object."""
        return tables()[kind]

    def effects(self, step: Step, state: State) -> Iterable[Effect]:
        """All that the server does at this step."""
        return effects(step, state)

    def claims(self, identity: Identity, obj: Object) -> Iterator[str]:
        """Tables, views and sequences share one namespace; foreign keys, checks and triggers have one each, whatever
        table they are in; keys are named in their table."""
        if obj.kind in _RELATIONS:
            yield f"relation {path_of(identity)}"
        elif obj.kind in ("foreign_key", "check", "trigger"):
            yield f"{obj.kind} {obj.name.lower()}"
        elif obj.kind == "index":
            yield f"index {path_of(identity).lower()}"

    def aside(self, identity: Identity, old: Schema, new: Schema) -> Identity:
        """Nothing is superseded."""
        return identity

    def placed(self, obj: Object, renaming: Renaming) -> Object:
        """No object is called after what another one is called."""
        return obj

    def respelled(
        self, identity: Identity, obj: Object, renaming: Renaming, moved: Mapping[Identity, Identity], *, guess: bool
    ) -> Object:
        """The object with its texts as they read after the renaming."""
        return renames.respelled(identity, obj, renaming)

    def group(self, step: Step) -> str:
        """The table that an ALTER TABLE is about, and which of its statements; any other step is alone."""
        if step.macro.startswith(_CLAUSES):
            return f"{path_of(step.parent or step.identity)} {_apart(step)}"
        return f"{step.action} {step.identity} {step.macro}"

    def joins(self, together: Many[Step], step: Step) -> bool:
        """Clauses of one group stand together, but for two new FULLTEXT keys (1795), one column altered twice, and one
        key with another parser, which MySQL takes for the old one."""
        if not step.macro.startswith(_CLAUSES):
            return False
        fulltext = [s for s in (*together, step) if s.action == "create" and getattr(s.new, "type", "") == "fulltext"]
        again = any(s.identity == step.identity and (s.macro == step.macro or _parser(s, step)) for s in together)
        held = any(_still_computes(s, step) for s in together)
        return len(fulltext) < 2 and not again and not held and not _keeps_srid(together, step)

    def wrap(self, together: Many[Step]) -> str | None:
        """Clauses of ALTER TABLE stand in one."""
        return "table.alter" if together[0].macro.startswith(_CLAUSES) else None

    def links(self, step: Step, old: Schema, new: Schema) -> Links:
        """What orders the step beyond what it names. Raises Refused where no order does."""
        _refuse_merged(step, old, new)
        make = _LINKS.get(step.macro)
        return make(step, old, new) if make is not None else Links()

    def prepare(self, step: Step, old: Schema, new: Schema) -> Mapping[str, Any]:
        """What the macro needs beside the objects."""
        context: dict[str, Any] = dict(FLAVOURS[old.server.flavour])
        if step.macro.startswith(_CLAUSES):
            context |= _clause(step, old, new)
        if hasattr(step.new, "database_collation"):
            context |= _session(step, new)
        make = _CONTEXT.get(step.macro)
        return context | make(step, old, new) if make is not None else context

    def cost(self, statement: Statement, old: Schema) -> str:
        """The algorithm that it will take, and whether writes go on."""
        found = locks.predict(statement.steps, old.server, old)
        return str(found) if found is not None else ""

    def facts(self, step: Step, old: Schema, new: Schema) -> Facts:
        """What the step loses, fails on, and breaks."""
        return facts(step, old, new)

    def whole(self, together: Many[Step], old: Schema) -> Facts | None:
        """The lock, and whether the table is written anew: what is INSTANT by itself can copy the table with others."""
        return locks.facts(together, old)

    def too_new(self, obj: Object, attributes: Iterable[str], version: int) -> str | None:
        """What of these attributes' values a server of that version can't hold."""
        return versions.too_new(obj, attributes, version)

    def in_words_of(self, obj: Object, version: int) -> Object:
        """The object with the collation that the server itself takes where nobody says one, for a newer one's."""
        return versions.in_words_of(obj, version)

    def version_number(self, version: str) -> int:
        """80036 for 8.0.36, 101100 for 10.11. Raises ValueError."""
        return versions.number(version)

    def same(self, old: Object, new: Object, attribute: str, versions: tuple[int, int]) -> bool:
        """Do two values of different servers mean the same?"""
        return spelling.same(old, new, attribute)

    def fresh(self, header: Header, beside: Iterable[Object]) -> Iterator[Object]:
        """The defaults of a database that nobody has told otherwise: the server's."""
        collation = header.facts.get("collation_server", "")
        for obj in beside:
            if isinstance(obj, Database):
                yield Database(charset=collation.partition("_")[0], collation=collation)


def _apart(step: Step) -> str:
    """Which of its table's statements it is for; empty, where it goes with most."""
    if _drops_checksum(step):
        return "page checksum"
    if _drops_compression(step):
        return "page compression"
    return "" if _has_period(step) else _APART.get(step.macro, "")


def _has_period(step: Step) -> bool:
    """Is a table versioned that says by which columns? They, the period and the versioning come by one statement."""
    return step.macro == _VERSIONING and any(p.name == "SYSTEM_TIME" for p in getattr(step.new, "periods", ()))


def _drops_compression(step: Step) -> bool:
    """InnoDB's, which another engine does not know (1911), so it goes before the engine does."""
    before, after = step.old, step.new
    if step.macro != "alter_table.set_options" or not isinstance(before, Table) or not isinstance(after, Table):
        return False
    return before.engine != after.engine and relations.uncompresses(before, after)


def _drops_checksum(step: Step) -> bool:
    """Aria has one whatever is said, so it goes once the engine is another one."""
    before, after = (getattr(table, "options", {}) for table in (step.old, step.new))
    return step.macro == "alter_table.set_options" and "PAGE_CHECKSUM" in before.keys() - after.keys()


def _parser(one: Step, other: Step) -> bool:
    """Does the key of the two steps get another parser?"""
    keys = [key for step in (one, other) for key in (step.old, step.new) if isinstance(key, Index)]
    return len({key.parser for key in keys}) > 1


def _still_computes(one: Step, drop: Step) -> bool:
    """Is a column dropped that a generated one, by the same statement, only ceases to use (3108)?"""
    return one.macro == MODIFY and drop.action == "drop" and one.old is not None and drop.identity in one.old.depends_on


def _keeps_srid(together: Many[Step], step: Step) -> bool:
    """A spatial key, though dropped by the same statement, keeps its column from another SRID (3644)."""
    changes = step.macro == MODIFY and getattr(step.old, "srid", None) != getattr(step.new, "srid", None)
    return changes and any(s.action == "drop" and getattr(s.old, "type", "") == "spatial" for s in together)


# ---------------------------------------------------------------------- order beyond the model's references


def _refuse_merged(step: Step, old: Schema, new: Schema) -> None:
    """A MERGE table stays as it is once one of the tables that it shows is another one, and can't change before."""
    identity = step.parent or step.identity
    before, after = old.get(identity), new.get(identity)
    if not isinstance(before, Table) or not isinstance(after, Table) or before.engine != "MRG_MyISAM":
        return
    names = split(before.options.get("UNION", "()")[1:-1])
    changed = [name for name in map(unquoted, names) if _shape(old, name) != _shape(new, name)]
    if changed:
        raise Refused(
            what=f"{identity} is a MERGE table, and no ALTER TABLE of it runs once one of its tables is another (1168)",
            where=f"its UNION: {', '.join(changed)}",
            next="drop it in a release of its own, which loses no rows, and create it in the next one",
        )


def _shape(schema: Schema, name: str) -> Any:
    """What a MERGE table asks of those that it shows: the same columns and keys."""
    table = schema.get(identity_of("table", name))
    return (table.engine, table.columns, table.primary_key, table.indexes) if isinstance(table, Table) else None


def _column_links(step: Step, old: Schema, new: Schema) -> Links:
    """A column takes its character set from the table's, where it is not said; what is out of the history needs one."""
    named = ["charset", "collation", *(["system_versioned"] if getattr(step.new, _OUT, False) else [])]
    return Links(after=frozenset((step.parent, name) for name in named if step.parent is not None))


_OUT = "without_system_versioning"


def _tables_of(obj: Object | None, parent: Identity | None) -> list[Identity]:
    assert isinstance(obj, ForeignKey)
    return [t for t in (parent, obj.references) if t is not None]


def _add_foreign_key_links(step: Step, old: Schema, new: Schema) -> Links:
    """It needs a key on both sides, and both tables with their engine, partitioning and columns as they will be."""
    around = _tables_of(step.new, step.parent)
    keys = (i for table in around for i in new.inside(table) if kind_of(i) in _KEYS)
    return Links(needs=frozenset([*keys, *around]))


def _drop_foreign_key_links(step: Step, old: Schema, new: Schema) -> Links:
    """It goes before any key that it could need does, and before anything else is done to its tables."""
    around = _tables_of(step.old, step.parent)
    keys = (i for table in around for i in old.inside(table) if kind_of(i) in _KEYS)
    columns = (i for table in around for i in new.inside(table) if kind_of(i) == "column" and i in old)
    return Links(releases=frozenset(keys), precedes=frozenset([*(t for t in around if t in new), *columns]))


def _acl_links(step: Step, old: Schema, new: Schema) -> Links:
    """A REVOKE on the table takes the columns' privileges along, so the table's come first."""
    return Links(after=frozenset({(step.parent, "acl")}) if step.parent is not None else frozenset())


def _partition_links(step: Step, old: Schema, new: Schema) -> Links:
    """Every key holds all columns of the partitioning."""
    return Links(needs=frozenset(i for i in new.inside(step.identity) if kind_of(i) in _KEYS | {"column"}))


def _unpartition_links(step: Step, old: Schema, new: Schema) -> Links:
    """Before the keys and columns that it asks for go or change, and other keys come."""
    kinds = ((old, _KEYS | {"column"}), (new, _KEYS))
    inside = frozenset(i for schema, of in kinds for i in schema.inside(step.identity) if kind_of(i) in of)
    return Links(releases=inside, precedes=inside)


_LINKS: Mapping[str, Callable[[Step, Schema, Schema], Links]] = {
    "alter_table.add_column": _column_links,
    "alter_table.modify_column": _column_links,
    "alter_table.add_foreign_key": _add_foreign_key_links,
    "alter_table.drop_foreign_key": _drop_foreign_key_links,
    "alter_table.partition_by": _partition_links,
    privileges.SET: _acl_links,
    "alter_table.remove_partitioning": _unpartition_links,
}


# ---------------------------------------------------------------------- what macros need


def _clause(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """The table as it will be; one that is versioned, or has become so before, keeps its history through the change."""
    identity = step.parent or step.identity
    before, after = old.get(identity), new.get(identity)
    versioned = any(getattr(table, "system_versioned", False) for table in (before, after))
    keeps = versioned and step.macro != _VERSIONING
    checksum = options.forgotten(after) if isinstance(after, Table) else None
    return {
        "table": after or before,
        "keeps_history": keeps,
        "page_checksum": checksum,
        "to_any_key": False,
        "keeps": [],
        "copies": False,
    }


def _session(step: Step, new: Schema) -> dict[str, Any]:
    """The database's collation, where the program was made under another one."""
    database = new.get(Identity("database defaults"))
    now, wanted = getattr(database, "collation", ""), getattr(step.new, "database_collation", "")
    apart = wanted if wanted and now and wanted != now else None
    return {"collation": apart, "collation_after": now, "time_zone": getattr(step.new, "time_zone", None)}


def _options(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    return {"options": options.change(getattr(step.old, "options", {}), getattr(step.new, "options", {}))}


def _engine(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    assert isinstance(step.old, Table) and isinstance(step.new, Table)
    return {"options": options.unheld(step.new.engine, step.old.options, step.new.options)}


def _acl(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    return {"change": privileges.of(step), "target": privileges.target(step.identity)}


def _periods(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    before, after = getattr(step.old, "periods", ()), getattr(step.new, "periods", ())
    return {"dropped": [p for p in before if p not in after], "added": [p for p in after if p not in before]}


def _partitions(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    assert isinstance(step.old, Table) and isinstance(step.new, Table)
    change = partitions.change(step.old.partitioning, step.new.partitioning)
    return {"dropped": change.dropped, "added": change.added} if change is not None else {}


def _event(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    status = getattr(step.new, "status", "enable")
    word = versions.not_on_replicas(old.server) if status == "disable on replica" else status.upper()
    return {"status": word}


def _foreign_key(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    return {"to_any_key": _to_any_key(step, old, new), **_key(step, old, new)}


def _key(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    return {"keeps": _kept_by_name(step, old, new), "copies": _has_doc_ids(step) or _is_taken_for_the_old(step, old)}


def _has_doc_ids(step: Step) -> bool:
    """Is it about the key over the numbers that FULLTEXT keys are kept by? InnoDB makes it, unseen, where the table has
    none, and nothing but a copy takes it away: in place its name is taken (1280, 1798)."""
    return any(isinstance(key, Index) and key.name.upper() == "FTS_DOC_ID_INDEX" for key in (step.old, step.new))


def _is_taken_for_the_old(step: Step, old: Schema) -> bool:
    """A key that is to have other attributes for an engine is the old one for MySQL, and stays, unless it copies."""
    before = old.get(step.identity) if step.new is not None else None
    return before is not None and getattr(before, "options", {}) != getattr(step.new, "options", {})


def _to_any_key(step: Step, old: Schema, new: Schema) -> bool:
    """Does one of its table's foreign keys refer to columns that no unique key is of? MySQL from 8.4 on has to be told
    that it may."""
    inside = new.inside(step.parent) if step.parent is not None and versions.asks_for_unique(old.server) else ()
    return any(isinstance(f := new[i], ForeignKey) and not _is_unique(f, new) for i in inside)


def _is_unique(key: ForeignKey, new: Schema) -> bool:
    inside = new.inside(key.references) if key.references is not None and key.references in new else ()
    wanted = {(column, None) for column in key.referenced_columns}
    return any(
        {(part.column, part.length) for part in found.parts} == wanted
        for found in (new[i] for i in inside)
        if isinstance(found, PrimaryKey) or (isinstance(found, Index) and found.type == "unique")
    )


def _kept_by_name(step: Step, old: Schema, new: Schema) -> list[str]:
    """The keys of just the columns of a foreign key that the new key can stand in for, and that stay: one that the
    server has made itself would go. RENAME INDEX, to the name that it has, makes it one that somebody made."""
    if step.parent is None or step.new is None:
        return []
    inside, own_name = old.inside(step.parent), isinstance(step.new, ForeignKey) and step.new.name
    columns = {tuple(f.columns) for i in inside if isinstance(f := old[i], ForeignKey)}
    leading = _columns_of(step.new)
    return [
        index.name
        for i in inside
        if isinstance(index := old[i], Index) and index.type == "plain" and new.get(i) == index
        if index.name != own_name and (own := _bare(index)) in columns and leading[: len(own)] == own
    ]


def _bare(index: Index) -> tuple[Identity | None, ...]:
    """Its columns, if it is of whole columns in rising order: as the server makes them."""
    columns = _columns_of(index)
    return columns if index.parts == tuple(KeyPart(column=column) for column in columns) else ()


def _columns_of(key: Object | None) -> tuple[Identity | None, ...]:
    return tuple(key.columns) if isinstance(key, ForeignKey) else tuple(p.column for p in getattr(key, "parts", ()))


_RELATIVE = re.compile(r"\b(FOLLOWS|PRECEDES)\b", re.IGNORECASE)


def _trigger(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """Is its head said as it was typed? One that names another trigger may name one that is gone."""
    head = plain(getattr(step.new, "head", None) or "")
    return {"head": bool(head) and not _RELATIVE.search(head)}


def _sequence(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    assert isinstance(step.old, Sequence) and isinstance(step.new, Sequence)
    return {"restarts": relations.narrows(step.old, step.new)}


_UNSAFE = re.compile(
    r"\(.*\b(uuid|uuid_short|rand|random_bytes|sysdate|(current_|session_|system_)?user)\s*\(", re.IGNORECASE
)
"""A default that each row works out for itself: a replica would come to another (MySQL manual, "Determination of Safe
and Unsafe Statements in Binary Logging")."""


def _added(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """Raises Refused for a default that MySQL takes in CREATE TABLE and MODIFY COLUMN alone, whether it logs or not."""
    assert isinstance(step.new, Column)
    if old.server.flavour == "mysql" and _UNSAFE.match(plain(step.new.default or "")):
        raise Refused(
            f"default of {step.identity}: MySQL adds no column whose default differs from row to row (1674)",
            "the new snapshot",
            "add the column without it, fill it, and let it have the default, and NOT NULL, in the next release",
        )
    return {}


_CONTEXT: Mapping[str, Callable[[Step, Schema, Schema], dict[str, Any]]] = {
    "alter_table.add_column": _added,
    "alter_table.add_foreign_key": _foreign_key,
    "alter_table.add_index": _key,
    "alter_table.drop_index": _key,
    "alter_table.add_primary_key": _key,
    "alter_table.set_engine": _engine,
    "alter_table.set_options": _options,
    "sequence.set_options": _sequence,
    "trigger.create": _trigger,
    "alter_table.set_periods": _periods,
    privileges.SET: _acl,
    "alter_table.change_partitions": _partitions,
    "event.create": _event,
    "event.alter": _event,
    "table.rename_column": renames.check,
}

DIALECT = MySQL()
