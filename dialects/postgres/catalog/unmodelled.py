"""Whatever else the catalog holds in scope: what it is called, what it uses, and a digest of its definition.

A definition is the object's row in its catalog with every OID written as a name, without what says nothing about the
schema (`IGNORED`), and with the rows that belong to it (a family's operators, a publication's tables). Never read: the
options of user mappings, the connection strings of subscriptions. Left out with a reason: `NOT_SCHEMA`.
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
from .names import FIRST_USER_OID, PG_NAMESPACE, Names
from .scope import in_scope, in_scope_globally, is_system
from .session import Catalog, Queries, Since

__all__ = ["AHEAD", "NOT_SCHEMA", "READ_HERE", "read"]

ROWS = (
    "pg_am",
    "pg_collation",
    "pg_conversion",
    "pg_event_trigger",
    "pg_foreign_data_wrapper",
    "pg_foreign_server",
    "pg_language",
    "pg_opclass",
    "pg_operator",
    "pg_opfamily",
    "pg_publication",
    "pg_transform",
    "pg_ts_config",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
)
"""Catalogs whose every row of the user's is an object that the model does not cover."""

READ_HERE = frozenset(
    {
        *ROWS,
        "pg_amop",
        "pg_amproc",
        "pg_cast",
        "pg_foreign_table",
        "pg_init_privs",
        "pg_publication_namespace",
        "pg_publication_rel",
        "pg_seclabel",
        "pg_subscription",
        "pg_ts_config_map",
        "pg_user_mapping",
    }
)
"""All catalogs that this module reads and the families don't."""

NOT_SCHEMA = {
    "pg_auth_members": "roles belong to the cluster",
    "pg_authid": "roles belong to the cluster",
    "pg_database": "the database as a whole; what the offline side needs of it is in the header",
    "pg_db_role_setting": "ALTER DATABASE and ALTER ROLE ... SET: how a server is run",
    "pg_largeobject": "rows",
    "pg_largeobject_metadata": "rows",
    "pg_parameter_acl": "privileges on settings belong to the cluster",
    "pg_replication_origin": "the state of replication",
    "pg_shdescription": "comments on what belongs to the cluster",
    "pg_shseclabel": "labels on what belongs to the cluster",
    "pg_statistic": "what ANALYZE found",
    "pg_statistic_ext_data": "what ANALYZE found",
    "pg_subscription_rel": "the state of replication",
    "pg_tablespace": "tablespaces belong to the cluster",
    "pg_shdepend": "owners and grantees again",
}
"""Catalogs that no dump reads as schema, and why."""

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

IGNORED = frozenset({"oid", "collversion", "typarray", "typrelid", "typdefaultbin", "typisdefined", "subdbid"})
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

SINCE: Since = {
    "prqual": (
        150000,
        """pg_get_expr(p.prqual, p.prrelid), ARRAY(SELECT a.attname::text FROM pg_attribute a
            WHERE a.attrelid = p.prrelid AND a.attnum = ANY(p.prattrs::int2[]) ORDER BY a.attname)""",
        "NULL::text, NULL::text[]",
    ),
    "publication_namespaces": (
        150000,
        "UNION ALL SELECT 'pg_publication_namespace', p.oid, to_jsonb(p), 'pg_publication', p.pnpubid"
        " FROM pg_publication_namespace p",
        "",
    ),
}

PARTS = """
    SELECT 'pg_amop', o.oid, to_jsonb(o), CASE WHEN o.amopfamily >= 16384 THEN 'pg_opfamily' ELSE 'pg_opclass' END,
        CASE WHEN o.amopfamily >= 16384 THEN o.amopfamily ELSE d.refobjid END
    FROM pg_amop o LEFT JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = o.oid AND d.deptype = 'i'
        AND d.refclassid = 'pg_opclass'::regclass WHERE o.oid >= 16384
    UNION ALL
    SELECT 'pg_amproc', p.oid, to_jsonb(p), CASE WHEN p.amprocfamily >= 16384 THEN 'pg_opfamily' ELSE 'pg_opclass' END,
        CASE WHEN p.amprocfamily >= 16384 THEN p.amprocfamily ELSE d.refobjid END
    FROM pg_amproc p LEFT JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = p.oid
        AND d.deptype = 'i' AND d.refclassid = 'pg_opclass'::regclass WHERE p.oid >= 16384
    UNION ALL
    SELECT 'pg_ts_config_map', 0, to_jsonb(m), 'pg_ts_config', m.mapcfg FROM pg_ts_config_map m WHERE m.mapcfg >= 16384
    UNION ALL
    SELECT 'pg_publication_rel', p.oid, jsonb_build_object('prrelid', p.prrelid, 'prpubid', p.prpubid)
        || (SELECT to_jsonb(x) FROM (SELECT {prqual}) x(prqual, prattrs)), 'pg_publication', p.prpubid
    FROM pg_publication_rel p
    {publication_namespaces}"""
"""(catalog, oid, row, catalog and OID of what it belongs to). Without an owner, of a family of the server's: alone."""

CASTS = """
    SELECT 'pg_cast', t.oid, to_jsonb(t) FROM pg_cast t
    WHERE t.oid >= 16384 AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = t.oid AND d.deptype = 'i')"""
"""But for those that come with a range type."""

BASE_TYPES = """
    SELECT 'pg_type', t.oid, to_jsonb(t) FROM pg_type t
    WHERE t.oid >= 16384 AND (t.typtype = 'b' OR NOT t.typisdefined)
        AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)"""

FOREIGN_TABLES = """
    SELECT 'pg_class', c.oid, jsonb_build_object('relname', c.relname, 'relnamespace', c.relnamespace,
        'relowner', c.relowner, 'relacl', c.relacl::text[], 'relispartition', c.relispartition,
        'bound', pg_get_expr(c.relpartbound, c.oid), 'ftserver', f.ftserver, 'ftoptions', f.ftoptions,
        'columns', (SELECT jsonb_agg(jsonb_build_object('attname', a.attname, 'atttypid', a.atttypid,
                'type', format_type(a.atttypid, a.atttypmod), 'attnotnull', a.attnotnull,
                'attcollation', a.attcollation, 'attacl', a.attacl::text[], 'attoptions', a.attoptions,
                'attfdwoptions', a.attfdwoptions, 'attstattarget', nullif(a.attstattarget, -1),
                'attstorage', a.attstorage, 'attgenerated', a.attgenerated, 'attislocal', a.attislocal,
                'default', pg_get_expr(d.adbin, d.adrelid), 'adoid', d.oid,
                'comment', col_description(a.attrelid, a.attnum)) ORDER BY a.attnum)
            FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
        'constraints', (SELECT jsonb_agg(jsonb_build_array(n.conname, pg_get_constraintdef(n.oid), n.conislocal,
                obj_description(n.oid, 'pg_constraint')) ORDER BY n.conname)
            FROM pg_constraint n
            WHERE n.conrelid = c.oid AND NOT (n.contype = 'n' AND n.conname LIKE '%\\_not\\_null')),
        'triggers', (SELECT jsonb_agg(jsonb_build_array(pg_get_triggerdef(t.oid), t.tgenabled,
                obj_description(t.oid, 'pg_trigger')) ORDER BY t.tgname)
            FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal),
        'trigger_functions', (SELECT jsonb_agg(DISTINCT t.tgfoid::oid)
            FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal),
        'parents', (SELECT jsonb_agg(jsonb_build_object('inhparent', i.inhparent) ORDER BY i.inhseqno)
            FROM pg_inherits i WHERE i.inhrelid = c.oid))
    FROM pg_class c JOIN pg_foreign_table f ON f.ftrelid = c.oid"""

STATISTICS = """
    SELECT 'pg_statistic_ext', s.oid, jsonb_build_object('definition', pg_get_statisticsobjdef(s.oid),
        'stxowner', s.stxowner, 'inhparent', s.stxrelid)
    FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid WHERE c.relkind = 'f'"""

USER_MAPPINGS = """
    SELECT 'pg_user_mapping', m.umid, jsonb_build_object('srvid', m.srvid) FROM pg_user_mappings m"""

EVERYTHING = " UNION ALL ".join(
    [
        *(f"SELECT '{name}', t.oid, to_jsonb(t) FROM {name} t WHERE t.oid >= 16384" for name in ROWS),
        CASTS,
        BASE_TYPES,
        FOREIGN_TABLES,
        STATISTICS,
        USER_MAPPINGS,
    ]
)

CLASSES = "SELECT relname, oid FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'"

SUBSCRIPTION_COLUMNS = """
    SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 'pg_subscription'::regclass AND a.attnum > 0
        AND NOT a.attisdropped AND a.attname NOT IN ('subconninfo', 'subskiplsn', 'subdbid')
        AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
    ORDER BY a.attname"""

SUBSCRIPTIONS = """
    SELECT 'pg_subscription', {oid}, (SELECT to_jsonb(x) FROM (SELECT {columns}) x)
        || jsonb_build_object('comment', shobj_description({oid}, 'pg_subscription'))
    FROM pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"""
"""Without subconninfo, which holds a password."""

SUBSCRIPTION_OID = "(SELECT min(v.subid) FROM pg_stat_subscription v WHERE v.subname = s.subname)"
"""For want of the right to read the column, which version 13 gives to superusers alone."""

SAYINGS = """
    SELECT 'security label', l.classoid, l.objoid, l.objsubid, l.provider, l.label
    FROM pg_seclabel l WHERE l.classoid <> 'pg_largeobject'::regclass
    UNION ALL
    SELECT 'extension dependency', d.classid, d.objid, d.objsubid, e.extname, ''
    FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.deptype = 'x' AND d.refclassid = 'pg_extension'::regclass
    UNION ALL
    SELECT 'comment', d.classoid, d.objoid, 0, '', d.description FROM pg_description d
    WHERE d.objoid >= 16384 AND d.objsubid = 0 AND CASE
        WHEN d.classoid = 'pg_type'::regclass THEN EXISTS (
            SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
            WHERE t.oid = d.objoid AND (t.typtype = 'm' OR c.relkind <> 'c' OR t.typcategory = 'A'))
        WHEN d.classoid = 'pg_constraint'::regclass THEN EXISTS (
            SELECT FROM pg_constraint c WHERE c.oid = d.objoid AND c.contypid <> 0 AND c.contype = 'n')
        WHEN d.classoid = 'pg_rewrite'::regclass THEN EXISTS (
            SELECT FROM pg_rewrite r WHERE r.oid = d.objoid AND r.rulename = '_RETURN')
        WHEN d.classoid = 'pg_proc'::regclass THEN EXISTS (
            SELECT FROM pg_depend i WHERE i.classid = d.classoid AND i.objid = d.objoid AND i.deptype = 'i')
        ELSE false END"""
"""What is said of an object and has no place in it: (type, classid, objid, objsubid, by or on whom, what)."""

PRIVILEGES = """
    WITH held(classid, objid, objsubid, acl, letter, owner, apart) AS (
        SELECT 'pg_class'::regclass, c.oid, 0, c.relacl, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END, c.relowner,
            false FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
        UNION ALL
        SELECT 'pg_class'::regclass, a.attrelid, a.attnum, a.attacl, 'c', c.relowner, false
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_init_privs i
            ON i.objoid = a.attrelid AND i.classoid = 'pg_class'::regclass AND i.objsubid = a.attnum
        WHERE a.attnum > 0 AND (a.attacl IS NOT NULL OR i.objoid IS NOT NULL)
        UNION ALL
        SELECT 'pg_proc'::regclass, p.oid, 0, p.proacl, 'f', p.proowner, p.proacl IS NOT NULL AND EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
        FROM pg_proc p
        UNION ALL
        SELECT 'pg_type'::regclass, t.oid, 0, t.typacl, 'T', t.typowner,
            t.typacl IS NOT NULL AND (t.typtype = 'm' OR t.typcategory = 'A' OR c.relkind <> 'c')
        FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        UNION ALL
        SELECT 'pg_namespace'::regclass, n.oid, 0, n.nspacl, 'n', n.nspowner, false
        FROM pg_namespace n WHERE n.nspname LIKE 'pg\\_%' OR n.nspname = 'information_schema' OR n.oid >= 16384
        UNION ALL
        SELECT 'pg_language'::regclass, l.oid, 0, l.lanacl, 'l', l.lanowner, false FROM pg_language l
        UNION ALL
        SELECT 'pg_foreign_data_wrapper'::regclass, f.oid, 0, f.fdwacl, 'F', f.fdwowner, false
        FROM pg_foreign_data_wrapper f)
    SELECT h.classid::oid, h.objid, h.objsubid, h.acl::text[], i.initprivs::text[], h.letter, h.owner
    FROM held h LEFT JOIN pg_init_privs i
        ON i.objoid = h.objid AND i.classoid = h.classid AND i.objsubid = h.objsubid
    WHERE h.acl IS DISTINCT FROM i.initprivs AND (h.apart OR h.objid < 16384 OR EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = h.classid AND d.objid = h.objid AND d.deptype = 'e'))"""
"""Privileges of the server's own objects and of extensions' members where they are not what initdb or the extension
gave, and those of types and functions that stand in no snapshot of their own."""

IDENTIFY = """
    SELECT d.classid, d.objid, d.objsubid, o.type, o.schema, o.name, o.identity
    FROM unnest(%s::oid[], %s::oid[], %s::int[]) d(classid, objid, objsubid)
    CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) o"""

AHEAD: Queries = (
    (CLASSES, None),
    (EVERYTHING, None),
    (SUBSCRIPTION_COLUMNS, None),
    (PARTS, SINCE),
    (SAYINGS, None),
    (PRIVILEGES, None),
)

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

    def _definition(self, value: Json, owner: str = "") -> Json:
        """A row without OIDs: by name what it refers to; nothing of what is usual."""
        if isinstance(value, list):
            return [self._definition(item, owner) for item in value]
        if not isinstance(value, dict):
            return value
        owner = next((self._role(inner) for column, inner in value.items() if column.endswith("owner")), owner)
        found: dict[str, Json] = {}
        for column, inner in value.items():
            if column in IGNORED or column in ("adoid", "trigger_functions") or USUAL.get(column) == inner:
                continue
            stable = self._stable(column, inner, owner)
            if stable not in (None, False, "", "-", [], {}, ()):
                found[RENAMED.get(column, column)] = stable
        return found

    def _stable(self, column: str, value: Json, owner: str) -> Json:
        if column.endswith("owner"):
            return owner if self.names.with_owner else None
        if column in ACLS:
            if value is None or not self.names.with_privileges:
                return None
            items = map(str, value) if isinstance(value, list) else ()
            return [_words(grant) for grant in grants(items, ACLS[column], owner, self.names.catalog.version)]
        if column in OPTIONS and isinstance(value, list):
            return [*sorted(map(_without_secret, map(str, value)))]
        if column in REFERENCES:
            return self._called(REFERENCES[column], value)
        return self._definition(value, owner)

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
