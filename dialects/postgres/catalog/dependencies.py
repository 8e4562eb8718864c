"""pg_depend, resolved to identities at column grain.

Left out in the query is what the attributes of the dependent tell in any case: the columns of plain keys and indexes,
a column's own type, a table's parents, an object's parent and schema. Column 0 of a relation is the relation itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from ....snapshots.model import Object, references
from ....snapshots.naming import Identity
from .names import PG_CLASS, Names
from .session import Catalog, Queries, Since

__all__ = ["AHEAD", "Dependencies", "using"]

OF_GENERATED = """
    UNION ALL
    SELECT 'pg_attrdef'::regclass, f.oid, 0, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attgenerated <> ''
    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = f.adrelid AND d.objsubid = f.adnum
    WHERE d.deptype = 'a' AND f.oid >= 16384 AND d.refobjid >= 16384
        AND NOT (d.refclassid = 'pg_class'::regclass AND d.refobjsubid = 0)"""
"""What a generated column's expression uses is noted for the column itself there, and for its pg_attrdef later."""

SINCE: Since = {"of_generated": (150000, "", OF_GENERATED)}

DEPENDENCIES = """
    SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid FROM pg_depend
    WHERE deptype IN ('n', 'a') AND objid >= 16384 AND refobjid >= 16384 AND refclassid <> 'pg_namespace'::regclass
        AND classid NOT IN ('pg_class'::regclass, 'pg_constraint'::regclass)
        AND NOT (deptype = 'a' AND (classid = 'pg_attrdef'::regclass
            OR (refclassid = 'pg_class'::regclass AND refobjsubid = 0)))
    UNION ALL
    SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid FROM pg_depend
    WHERE deptype = 'n' AND classid = 'pg_class'::regclass AND objsubid = 0 AND objid >= 16384 AND refobjid >= 16384
        AND refclassid NOT IN ('pg_namespace'::regclass, 'pg_class'::regclass)
    UNION ALL
    SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_index i JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
    WHERE (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL) AND i.indexrelid >= 16384
        AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('n', 'a')
    UNION ALL
    SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_partitioned_table p JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = p.partrelid
    WHERE p.partexprs IS NOT NULL AND d.objsubid = 0 AND d.refclassid = 'pg_class'::regclass
        AND d.refobjid = d.objid AND d.deptype = 'i'
    UNION ALL
    SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_constraint c JOIN pg_depend d ON d.classid = 'pg_constraint'::regclass AND d.objid = c.oid
    WHERE c.contype = 'c' AND d.deptype = 'n' AND d.refobjid >= 16384 AND d.refclassid <> 'pg_namespace'::regclass
    {of_generated}"""

AHEAD: Queries = ((DEPENDENCIES, SINCE),)

Obj = TypeVar("Obj", bound=Object)


class Dependencies:
    """What every object uses."""

    def __init__(self, catalog: Catalog, names: Names) -> None:
        found: dict[tuple[int, int, int], list[tuple[int, int, int]]] = defaultdict(list)
        for classid, objid, sub, refclass, refobj, refsub in catalog.rows(DEPENDENCIES, since=SINCE):
            found[classid, objid, sub].append((refclass, refobj, refsub))
        names.resolve({(c, o) for uses in found.values() for c, o, _ in uses})
        self._found = found
        self._names = names

    def of(self, classid: int, objid: int, objsubid: int = 0) -> set[Identity]:
        """The identities of what it uses, as pg_depend has it and without what attributes always tell."""
        of = self._names.of
        return {known for ref in self._found.get((classid, objid, objsubid), ()) if (known := of(*ref)) is not None}

    def columns(self, classid: int, objid: int) -> Iterator[tuple[int, int]]:
        """(relation, attnum) of the columns that it uses."""
        for refclass, refobj, refsub in self._found.get((classid, objid, 0), ()):
            if refclass == PG_CLASS and refsub:
                yield refobj, refsub

    def __contains__(self, key: tuple[int, int, int]) -> bool:
        """Whether an object (classid, objid, objsubid) uses anything."""
        return key in self._found


def using(obj: Obj, uses: Iterable[Identity], *implied: Identity) -> Obj:
    """The object with `depends_on`: what it uses, what is in there already included, less what it names otherwise,
    less `implied` (itself, its parent)."""
    rest = set(uses).difference(implied)
    if rest:
        rest.update(obj.depends_on)
        rest.difference_update(named for attribute, named in references(obj) if attribute != "depends_on")
    return msgspec.structs.replace(obj, depends_on=tuple(sorted(rest))) if rest else obj
