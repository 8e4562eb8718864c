"""Whatever else the catalog holds in scope: what it is called, what it uses, and a digest of its definition.

A definition is the object's row in its catalog with every OID written as a name, without what says nothing about the
schema (`IGNORED`), and with the rows that belong to it (a family's operators, a publication's tables). Never read: the
options of user mappings, the connection strings of subscriptions. Left out with a reason:
`NOT_SCHEMA`, beside the queries.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from ....snapshots.errors import hushed
from ....snapshots.model import Grant, Unmodelled
from ....snapshots.naming import Identity, identity, kind_of, parts_of, quote
from .acl import PUBLIC, grants
from .dependencies import Dependencies, using
from .elsewhere import (
    AHEAD,
    CLASSES,
    EVERYTHING,
    IDENTIFY,
    PARTS,
    PRIVILEGES,
    SAYINGS,
    SINCE,
    SUBSCRIPTION_COLUMNS,
    SUBSCRIPTION_OID,
    SUBSCRIPTIONS,
)
from .names import FIRST_USER_OID, PG_NAMESPACE, Names
from .scope import in_scope, in_scope_globally, is_system
from .session import Catalog

__all__ = ["AHEAD", "read"]

REFERENCES = {
    **dict.fromkeys(("castfunc", "evtfoid", "fdwhandler", "fdwvalidator", "laninline", "lanvalidator"), "pg_proc"),
    **dict.fromkeys(("lanplcallfoid",), "pg_proc"),
    **dict.fromkeys(("castsource", "casttarget", "oprleft", "oprright", "oprresult", "opcintype"), "pg_type"),
    **dict.fromkeys(("opckeytype", "trftype", "typelem", "typbasetype", "atttypid"), "pg_type"),
    **dict.fromkeys(("amoplefttype", "amoprighttype", "amproclefttype", "amprocrighttype"), "pg_type"),
    **dict.fromkeys(("oprcom", "oprnegate", "amopopr"), "pg_operator"),
    **dict.fromkeys(("opcfamily", "amopfamily", "amprocfamily", "amopsortfamily"), "pg_opfamily"),
    **dict.fromkeys(("opcmethod", "opfmethod", "amopmethod"), "pg_am"),
    **dict.fromkeys(("connamespace", "oprnamespace", "opcnamespace", "opfnamespace", "collnamespace"), "pg_namespace"),
    **dict.fromkeys(("cfgnamespace", "dictnamespace", "prsnamespace", "tmplnamespace", "typnamespace"), "pg_namespace"),
    "relnamespace": "pg_namespace",
    "pnnspid": "pg_namespace",
    "cfgparser": "pg_ts_parser",
    "mapcfg": "pg_ts_config",
    "mapdict": "pg_ts_dict",
    "dicttemplate": "pg_ts_template",
    "srvfdw": "pg_foreign_data_wrapper",
    "srvid": "pg_foreign_server",
    "ftserver": "pg_foreign_server",
    "trflang": "pg_language",
    "typcollation": "pg_collation",
    "attcollation": "pg_collation",
    "prpubid": "pg_publication",
    "pnpubid": "pg_publication",
    "prrelid": "pg_class",
    "inhparent": "pg_class",
}
"""What a column of type oid refers to (manual, part VII)."""

ACLS = {"fdwacl": "F", "srvacl": "S", "lanacl": "l", "typacl": "T", "relacl": "r", "attacl": "c"}
"""Columns of privileges, by acldefault()'s letters."""

OPTIONS = frozenset({"fdwoptions", "srvoptions", "ftoptions", "attfdwoptions"})
"""Options of foreign data: `name=value`, in the order in which they were set last."""

SECRET = re.compile(r"pass|pwd|secret|token|credential|key|auth", re.IGNORECASE)
"""Names of options whose value is nobody's business: not even its digest, from which a short one can be found."""

IGNORED = frozenset(
    {
        "oid",
        "adoid",
        "trigger_functions",
        "collversion",
        "typarray",
        "typrelid",
        "typdefaultbin",
        "typisdefined",
        "subdbid",
    }
)
"""What another database with the same schema would have otherwise, or what another column tells."""

RENAMED = {"colliculocale": "colllocale"}
"""Columns that a later version calls otherwise."""

USUAL: dict[str, Any] = {
    "pubgencols": "n",
    "substream": "f",
    "subtwophasestate": "d",
    "subpasswordrequired": True,
    "suborigin": "any",
}
"""Columns that not all versions have, with the value that stands for not having them."""

INFORMATION_SCHEMA = "information_schema"

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

Key = tuple[int, int, int]
"""(classid, objid, objsubid)."""


class Described(NamedTuple):
    """What pg_identify_object() says."""

    type: str
    schema: str | None
    name: str | None
    identity: str


class _Found(NamedTuple):
    """One object of a catalog with its row, and the rows that belong to it."""

    key: Key
    row: dict[str, Any]
    parts: list[tuple[str, int, dict[str, Any]]]


def read(catalog: Catalog, names: Names, uses: Dependencies) -> list[Unmodelled]:
    """All that is in scope and that no family reads."""
    classes: dict[str, int] = dict(catalog.rows(CLASSES))
    found = _objects(catalog, names, classes)
    sayings = [row for row in catalog.rows(SAYINGS) if (row[1], row[2]) not in names.members]
    privileges = catalog.rows(PRIVILEGES) if names.with_privileges else []
    keys = {f.key for f in found} | {ref for f in found for ref in _references(f, classes)}
    keys.update((row[1], row[2], row[3]) for row in sayings)
    keys.update((row[0], row[1], row[2]) for row in privileges)
    if not keys:
        return []
    described = _identify(catalog, keys)
    writer = _Writer(names, uses, classes, described)
    objects = [
        *writer.objects(found),
        *writer.sayings(sayings),
        *writer.privileges(privileges, catalog.version),
    ]
    return list({obj.identity(): obj for obj in objects}.values())


def _objects(catalog: Catalog, names: Names, classes: dict[str, int]) -> list[_Found]:
    """Every row, with its parts; members of extensions left out."""
    rows = catalog.rows(EVERYTHING)
    readable = [name for (name,) in catalog.rows(SUBSCRIPTION_COLUMNS)]
    columns = ", ".join("s." + quote(name) for name in readable if name != "oid")
    oid = "s.oid" if "oid" in readable else SUBSCRIPTION_OID
    rows += catalog.rows(SUBSCRIPTIONS.replace("{columns}", columns).replace("{oid}", oid))
    found = {
        (name, oid): _Found((classes[name], oid, 0), row, [])
        for name, oid, row in rows
        if (classes[name], oid) not in names.members
    }
    for name, oid, row, owner_class, owner in catalog.rows(PARTS, since=SINCE):
        if owner is None and not _by_member(row, names, classes):
            found[name, oid] = _Found((classes[name], oid, 0), row, [])
        elif (whole := found.get((owner_class, owner))) is not None:
            whole.parts.append((name, oid, row))
    return list(found.values())


def _by_member(row: dict[str, Any], names: Names, classes: dict[str, int]) -> bool:
    """Whether an entry in one of the server's families was made for an extension's operator."""
    return "amopopr" in row and (classes["pg_operator"], int(row["amopopr"])) in names.members


def _references(found: _Found, classes: dict[str, int]) -> Iterator[Key]:
    """What its rows refer to by OID."""
    for row in (found.row, *(part for _, _, part in found.parts)):
        yield from _references_in(row, classes)


def _references_in(value: Json, classes: dict[str, int]) -> Iterator[Key]:
    if isinstance(value, list):
        for item in value:
            yield from _references_in(item, classes)
    elif isinstance(value, dict):
        for column, inner in value.items():
            if (to := REFERENCES.get(column)) is not None:
                if _oid(inner):
                    yield classes[to], _oid(inner), 0
            elif column == "trigger_functions":
                oids = inner if isinstance(inner, list) else []
                yield from ((classes["pg_proc"], _oid(oid), 0) for oid in oids)
            else:
                yield from _references_in(inner, classes)


def _oid(value: Any) -> int:
    """An OID in JSON, 0 for a regproc, whose text is its name."""
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else 0


def _identify(catalog: Catalog, keys: Iterable[Key]) -> dict[Key, Described]:
    ordered = sorted(keys)
    columns = [[key[i] for key in ordered] for i in range(3)]
    return {
        (classid, objid, sub): Described(type_, schema, name, text)
        for classid, objid, sub, type_, schema, name, text in catalog.rows(IDENTIFY, columns)
        if text is not None
    }


class _Writer:
    """Makes the objects of the snapshot, once everything has a name."""

    def __init__(
        self, names: Names, uses: Dependencies, classes: dict[str, int], described: dict[Key, Described]
    ) -> None:
        self.names, self.uses, self.classes, self.described = names, uses, classes, described
        names.resolve((classid, objid) for classid, objid, _ in described if objid >= FIRST_USER_OID)

    def objects(self, found: list[_Found]) -> Iterator[Unmodelled]:
        """One for each row."""
        for one in found:
            described = self.described.get(one.key)
            if described is None or not self._in_scope(described):
                continue
            definition = (
                self._definition(one.row),
                sorted((name, json.dumps(self._definition(row), sort_keys=True)) for name, _, row in one.parts),
            )
            obj = Unmodelled(
                type=described.type,
                name=described.identity,
                comment=self.names.comment(*one.key),
                digest=_digest(definition),
                owner=self._owner(one.row) or None if self.names.with_owner else None,
                acl=self._acl(one.row) if self.names.with_privileges else None,
            )
            yield using(obj, self._used(one), obj.identity())

    def sayings(self, rows: list[tuple[Any, ...]]) -> Iterator[Unmodelled]:
        """Security labels, dependencies on extensions, and comments that the model has no place for."""
        for type_, classid, objid, sub, by, what in rows:
            described = self.described.get((classid, objid, sub))
            on = self.names.of(classid, objid, sub)
            if described is None or not self._in_scope(described, on):
                continue
            prefix = f"{by} on " if by else ""
            obj = Unmodelled(
                type=type_, name=f"{prefix}{described.type} {described.identity}", digest=_digest([by, what])
            )
            extension = [identity("extension", by)] if type_ == "extension dependency" else []
            yield using(obj, [*extension, *([on] if on is not None and kind_of(on) != "unmodelled" else [])])

    def privileges(self, rows: list[tuple[Any, ...]], version: int) -> Iterator[Unmodelled]:
        """Those that were changed on what is not in the snapshot."""
        for classid, objid, sub, acl, initial, letter, owner in rows:
            described = self.described.get((classid, objid, sub))
            role = self.names.roles[owner]
            now, before = grants(acl, letter, role, version), grants(initial, letter, role, version)
            if initial is None and described is not None and INFORMATION_SCHEMA in (described.schema, described.name):
                before = _of_information_schema(described)
            if described is None or now == before or not self._in_scope_with_system(described):
                continue
            changed = {
                "granted": [_words(grant) for grant in now if grant not in before],
                "revoked": [_words(grant) for grant in before if grant not in now],
            }
            obj = Unmodelled(type="privileges", name=f"{described.type} {described.identity}", digest=_digest(changed))
            on = self.names.of(classid, objid, sub) if objid >= FIRST_USER_OID else None
            yield using(obj, [on] if on is not None and kind_of(on) != "unmodelled" else [])

    def _in_scope(self, described: Described, on: Identity | None = None) -> bool:
        """By its schema, or that of the modelled object in which it stands; else as part of the database."""
        scope, schema, name = self.names.scope, described.schema, described.name or described.identity
        if schema is None and on is not None and len(parts := parts_of(on)) > 1 and kind_of(on) != "unmodelled":
            schema, name = parts[:2]
        if schema is None:
            return in_scope_globally(scope, None, name)
        return in_scope(scope, schema, name)

    def _in_scope_with_system(self, described: Described) -> bool:
        scope, schema = self.names.scope, described.schema
        if schema is None or is_system(schema):
            return in_scope_globally(scope, None, described.identity)
        return in_scope(scope, schema, described.name or described.identity)

    def _used(self, found: _Found) -> set[Identity]:
        """What pg_depend says of it and of its parts, and what its rows name."""
        used = set(self.uses.of(*found.key))
        for name, oid, _ in found.parts:
            used |= self.uses.of(self.classes[name], oid)
        for column in found.row.get("columns") or ():
            if column.get("adoid"):
                used |= self.uses.of(self.classes["pg_attrdef"], _oid(column["adoid"]))
        for classid, objid, _ in _references(found, self.classes):
            if classid == PG_NAMESPACE:
                if found.key[0] == self.classes["pg_publication"]:
                    used.add(identity("schema", self.names.schemas[objid]))
            elif objid >= FIRST_USER_OID and (known := self.names.of(classid, objid)) is not None:
                used.add(known)
        return used

    def _definition(self, value: Json) -> Json:
        """A row without OIDs: by name what it refers to; nothing of what is usual, nor who owns it or may use it."""
        if isinstance(value, list):
            return [self._definition(item) for item in value]
        if not isinstance(value, dict):
            return value
        found: dict[str, Json] = {}
        for column, inner in value.items():
            if column in IGNORED or column in ACLS or column.endswith("owner") or USUAL.get(column) == inner:
                continue
            stable = self._stable(column, inner)
            if stable not in (None, False, "", "-", [], {}, ()):
                found[RENAMED.get(column, column)] = stable
        return found

    def _stable(self, column: str, value: Json) -> Json:
        if column in OPTIONS and isinstance(value, list):
            return [*sorted(map(_without_secret, map(str, value)))]
        if column in REFERENCES:
            return self._called(REFERENCES[column], value)
        return self._definition(value)

    def _owner(self, row: dict[str, Any]) -> str:
        return next((self._role(value) for column, value in row.items() if column.endswith("owner")), "")

    def _acl(self, row: dict[str, Any]) -> str | None:
        """A digest of what may be done with it, and with its columns, and by whom."""
        held = list(self._grants(row, self._owner(row)))
        return _digest(held) if held else None

    def _grants(self, row: dict[str, Any], owner: str) -> Iterator[Json]:
        for column in sorted(ACLS.keys() & row.keys()):
            items = map(str, row[column]) if row[column] is not None else None
            if found := grants(items, ACLS[column], owner, self.names.catalog.version):
                yield [row.get("attname"), [_words(grant) for grant in found]]
        for column in row.get("columns") or ():
            yield from self._grants(column, owner)

    def _called(self, catalog: str, value: Any) -> str | None:
        oid = _oid(value)
        if not oid:
            return value if isinstance(value, str) and not value.isdecimal() else None
        described = self.described.get((self.classes[catalog], oid, 0))
        return described.identity if described is not None else None

    def _role(self, value: Any) -> str:
        return self.names.roles.get(_oid(value), "")


def _without_secret(option: str) -> str:
    name, _, value = option.partition("=")
    return name if SECRET.search(name) else f"{name}={hushed(value)}"


def _of_information_schema(described: Described) -> tuple[Grant, ...]:
    """What initdb grants there, of which pg_init_privs knows nothing (information_schema.sql)."""
    if described.type == "schema":
        return (Grant(to=PUBLIC, privileges=("USAGE",)),)
    if described.type in ("table", "view") and not (described.name or "").startswith("_"):
        return (Grant(to=PUBLIC, privileges=("SELECT",)),)
    return ()


def _words(grant: Grant) -> Json:
    return [grant.to, [*grant.privileges], [*grant.grantable], grant.by]


def _digest(definition: Any) -> str:
    return hashlib.sha256(json.dumps(definition, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
