"""Random schemas, and random changes of them, as SQL: about ten tables with what hangs on tables.

What is generated always loads: whatever names a column or a table that is gone is left out when it is written.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from . import random_maker
from .random_maker import pair_by

TYPES = (
    "integer",
    "bigint",
    "text",
    "varchar(40)",
    "numeric(10,2)",
    "boolean",
    "timestamptz",
    "date",
    "jsonb",
    "text[]",
)
WIDER = {
    "integer": "bigint",
    "bigint": "numeric(10,2)",
    "varchar(40)": "text",
    "numeric(10,2)": "numeric(12,4)",
    "date": "timestamptz",
}
DEFAULTS = {"integer": "7", "bigint": "(7 * 6)", "text": "'it''s'", "varchar(40)": "'a'", "numeric(10,2)": "1.5", "boolean": "false",
            "timestamptz": "now()", "date": "CURRENT_DATE", "jsonb": "'{}'", "text[]": "'{}'"}  # fmt: skip
NUMBERS = {"integer", "bigint", "numeric(10,2)", "numeric(12,4)"}
INDEXED = NUMBERS | {"text", "varchar(40)", "date", "timestamptz", "boolean"}
SCHEMAS = ("public", "app", '"Odd schema"')


@dataclass
class Column:
    """A column of a table."""

    name: str
    type: str
    not_null: bool = False
    default: str | None = None
    generated: str | None = None
    """The column that it is computed from,"""
    by: str | None = None
    """and the function that does so, if not an operator."""
    comment: str | None = None

    def sql(self) -> str:
        """The clause."""
        if self.generated:
            value = f"{self.by}({self.generated})" if self.by else f"{self.generated} * 2"
            return f"{self.name} numeric GENERATED ALWAYS AS ({value}) STORED"
        default = f" DEFAULT {self.default}" if self.default else ""
        return f"{self.name} {self.type}{default}{' NOT NULL' if self.not_null else ''}"


@dataclass
class Table:
    """A table, and what stands in it, by name."""

    name: str
    columns: list[Column]
    key: str = "id"
    identity: bool = True
    parts: int | None = None
    """The number of partitions, if it is partitioned."""
    unlogged: bool = False
    row_security: bool = False
    comment: str | None = None
    indexes: dict[str, tuple[tuple[str, ...], bool, str | None]] = field(default_factory=dict)
    checks: dict[str, tuple[str, int]] = field(default_factory=dict)
    calls: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """By name, what calls a routine of a column: (check or index, routine, column)."""
    statistics: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    inherits: str | None = None
    foreign: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By name: (table, action)."""
    triggers: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    grants: list[str] = field(default_factory=list)

    def by_name(self) -> dict[str, Column]:
        """Its columns, but for those that are computed from one that is gone."""
        names = {column.name for column in self.columns}
        return {c.name: c for c in self.columns if c.generated is None or c.generated in names}


@dataclass
class View:
    """A view, or a materialised one, over a table or another view."""

    over: str
    columns: list[str]
    materialized: bool = False
    condition: bool = False
    routine: str | None = None
    """What makes one more column."""
    indexed: bool = False


@dataclass
class Routine:
    """A function of one number."""

    number: int
    argument: str = "a"
    returns: str = "numeric"
    atomic: bool = False

    def sql(self, name: str) -> str:
        """Its DDL."""
        value = f"{self.argument} + {self.number}"
        body = f"RETURN {value}" if self.atomic else f"AS 'SELECT {value}'"
        return f"CREATE FUNCTION {name}({self.argument} numeric) RETURNS {self.returns} LANGUAGE sql IMMUTABLE {body};"


@dataclass
class World:
    """A whole schema."""

    tables: dict[str, Table] = field(default_factory=dict)
    domains: dict[str, tuple[str, int]] = field(default_factory=dict)
    """By name: the type, and what its check says."""
    composites: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    routines: dict[str, Routine] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    enums: dict[str, list[str]] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)


def random_pair(seed: int) -> tuple[str, str]:
    """Two schemas as SQL; the second is the first with some changes."""
    maker = Maker(random.Random(seed), World(enums={"app.mood": ["sad", "ok"]}))
    return pair_by(maker, (6, 10), [*ADDITIONS, Maker.inherit], 40, CHANGES, (3, 25))


class Maker(random_maker.Maker[World]):
    """A world in the making."""

    quote = '"'

    def table(self) -> Table:
        """Any table."""
        return self.rng.choice(list(self.world.tables.values()))

    def column(self, table: Table, types: set[str] | None = None) -> Column | None:
        """Any column but the key, of one of the types."""
        fit = [
            c for c in table.columns if c.name != table.key and not c.generated and (types is None or c.type in types)
        ]
        return self.rng.choice(fit) if fit else None

    # ------------------------------------------------------------------ what comes

    def add_table(self) -> None:
        name = f"{self.rng.choice(SCHEMAS)}.{self.name('t')}"
        table = Table(name, [Column("id", "bigint", not_null=True)], parts=self.rng.choice((None, None, None, 2, 3)))
        table.identity = table.parts is None and self.rng.random() < 0.7
        self.world.tables[name] = table
        for _ in range(self.rng.randint(2, 7)):
            self.add_column(table)

    def add_column(self, table: Table | None = None) -> None:
        table = table or self.table()
        own = [*self.world.enums, *self.world.domains, *self.world.composites]
        type_ = self.rng.choice(own if self.rng.random() < 0.25 else TYPES)
        column = Column(self.name("c"), type_, not_null=self.rng.random() < 0.3)
        if self.rng.random() < 0.4:
            column.default = DEFAULTS.get(type_)
        if column.type in NUMBERS and self.world.routines and self.rng.random() < 0.15:
            column.default = f"{self.routine()}(1)"
        numbers = [c.name for c in table.columns if c.type in NUMBERS and not c.generated and c.name != "id"]
        if numbers and self.rng.random() < 0.1:
            column = Column(self.name("g"), "numeric", generated=self.rng.choice(numbers))
            column.by = self.routine() if self.world.routines and self.rng.random() < 0.5 else None
        table.columns.append(column)

    def add_index(self) -> None:
        table = self.table()
        chosen = {c.name for _ in range(2) if (c := self.column(table, INDEXED))}
        flag = self.column(table, {"boolean"})
        where = flag.name if flag and self.rng.random() < 0.3 else None
        if chosen:
            table.indexes[self.name("i")] = (
                tuple(sorted(chosen)),
                self.rng.random() < 0.2 and table.parts is None,
                where,
            )

    def add_check(self) -> None:
        table = self.table()
        if column := self.column(table, NUMBERS):
            table.checks[self.name("k")] = (column.name, self.rng.randint(0, 9))

    def add_foreign_key(self) -> None:
        table, other = self.table(), self.table()
        column = Column(self.name("f"), "bigint")
        table.columns.append(column)
        table.foreign[column.name] = (other.name, self.rng.choice(("NO ACTION", "CASCADE", "SET NULL")))

    def add_view(self) -> None:
        over = self.rng.choice([name for name in (*self.world.tables, *self.world.views) if self.columns_of(name)])
        have = self.columns_of(over)
        self.world.views[f"{self.rng.choice(SCHEMAS)}.{self.name('v')}"] = View(
            over,
            self.rng.sample(have, self.rng.randint(1, len(have))),
            self.rng.random() < 0.25,
            self.rng.random() < 0.4,
            self.routine() if self.world.routines and self.rng.random() < 0.3 else None,
            self.rng.random() < 0.5,
        )

    def add_function(self) -> None:
        self.world.functions[f"app.{self.name('fn')}"] = self.rng.randint(0, 9)

    def routine(self) -> str:
        """Any of them."""
        return self.rng.choice(list(self.world.routines))

    def add_routine(self) -> None:
        self.world.routines[f"app.{self.name('r')}"] = Routine(self.rng.randint(0, 9), atomic=self.rng.random() < 0.3)

    def add_call(self) -> None:
        table = self.table()
        if self.world.routines and (column := self.column(table, NUMBERS)):
            table.calls[self.name("u")] = (self.rng.choice(("check", "index")), self.routine(), column.name)

    def add_domain(self) -> None:
        self.world.domains[f"app.{self.name('d')}"] = (self.rng.choice(("integer", "text")), self.rng.randint(0, 9))

    def add_composite(self) -> None:
        made = [(f"a{n}", self.rng.choice(TYPES)) for n in range(self.rng.randint(1, 3))]
        self.world.composites[f"app.{self.name('co')}"] = made

    def add_statistics(self) -> None:
        table = self.table()
        chosen = {c.name for _ in range(3) if (c := self.column(table, INDEXED))}
        if len(chosen) > 1:
            table.statistics[self.name("st")] = tuple(sorted(chosen))

    def add_rule(self) -> None:
        self.table().rules[self.name("ru")] = self.rng.randint(0, 9)

    def inherit(self) -> None:
        table, other = self.table(), self.table()
        apart = other.inherits is None and not any(t.inherits == table.name for t in self.world.tables.values())
        if table is not other and table.parts is None and other.parts is None and apart:
            table.inherits = other.name if table.inherits is None else None

    def add_trigger(self) -> None:
        if self.world.functions:
            function = self.rng.choice(list(self.world.functions))
            self.table().triggers[self.name("tr")] = function

    def add_policy(self) -> None:
        table = self.table()
        table.policies[self.name("p")] = self.rng.choice(("ALL", "SELECT", "DELETE"))

    def add_enum(self) -> None:
        self.world.enums[f"app.{self.name('e')}"] = [f"l{n}" for n in range(self.rng.randint(1, 4))]

    def grant(self) -> None:
        self.table().grants.append(self.rng.choice(("SELECT", "INSERT", "UPDATE", "ALL")))

    def comment(self) -> None:
        table = self.table()
        self.rng.choice([table, *table.columns]).comment = self.rng.choice((None, "it''s; a -- comment", "x"))  # type: ignore[attr-defined]

    # ------------------------------------------------------------------ what changes, and what goes

    def drop_table(self) -> None:
        if len(self.world.tables) > 3:
            del self.world.tables[self.table().name]

    def drop_column(self) -> None:
        table = self.table()
        if len(table.columns) > 2 and (column := self.column(table)):
            table.columns.remove(column)

    def widen(self) -> None:
        table = self.table()
        if (column := self.column(table, set(WIDER))) and column.name not in table.foreign:
            column.type, column.default = WIDER[column.type], None

    def change_column(self) -> None:
        if column := self.column(self.table()):
            column.not_null = self.rng.random() < 0.5
            column.default = DEFAULTS.get(column.type) if self.rng.random() < 0.5 else None

    def drop_from_table(self) -> None:
        table = self.table()
        for held in (
            table.indexes,
            table.checks,
            table.foreign,
            table.triggers,
            table.policies,
            table.calls,
            table.statistics,
            table.rules,
        ):
            if held and self.rng.random() < 0.3:
                del held[self.rng.choice(list(held))]

    def change_check(self) -> None:
        for table in self.world.tables.values():
            for name, (column, number) in table.checks.items():
                table.checks[name] = (column, number + self.rng.randint(0, 1))

    def toggle(self) -> None:
        table = self.table()
        table.row_security = not table.row_security
        table.unlogged = not table.unlogged and table.parts is None
        table.grants.clear()

    def change_view(self) -> None:
        if self.world.views:
            name = self.rng.choice(list(self.world.views))
            view = self.world.views[name]
            have = self.columns_of(view.over)
            if not have or self.rng.random() < 0.2:
                del self.world.views[name]
            elif self.rng.random() < 0.5:
                view.condition = not view.condition
            else:
                view.columns = self.rng.sample(have, self.rng.randint(1, len(have)))

    def change_function(self) -> None:
        for name in self.world.functions:
            self.world.functions[name] += self.rng.randint(0, 1)

    def change_routine(self) -> None:
        if self.world.routines:
            routine = self.world.routines[self.routine()]
            routine.number += self.rng.randint(0, 1)
            if self.rng.random() < 0.3:
                routine.argument = self.rng.choice(("a", "b"))
            if self.rng.random() < 0.3:
                routine.returns = self.rng.choice(("numeric", "bigint"))

    def change_domain(self) -> None:
        if self.world.domains:
            name = self.rng.choice(list(self.world.domains))
            base, number = self.world.domains[name]
            if self.rng.random() < 0.2:
                base = self.rng.choice(("integer", "text"))
            self.world.domains[name] = (base, number + self.rng.randint(0, 1))

    def change_composite(self) -> None:
        if self.world.composites:
            attributes = self.rng.choice(list(self.world.composites.values()))
            if len(attributes) > 1 and self.rng.random() < 0.4:
                attributes.pop()
            else:
                attributes.append((self.name("a").strip('"').lower().replace(" ", "_"), self.rng.choice(TYPES)))

    def change_enum(self) -> None:
        labels = self.world.enums[self.rng.choice(list(self.world.enums))]
        if len(labels) > 1 and self.rng.random() < 0.3:
            labels.remove(self.rng.choice(labels))
        else:
            labels.insert(self.rng.randint(0, len(labels)), f"n{self.rng.randint(0, 10**6)}")

    def change_partitions(self) -> None:
        for table in self.world.tables.values():
            if table.parts is not None:
                table.parts = max(1, table.parts + self.rng.randint(-1, 1))

    # ------------------------------------------------------------------ as SQL

    def columns_of(self, name: str) -> list[str]:
        """What a view over it can select now."""
        if name in self.world.tables:
            return list(self.world.tables[name].by_name())
        view = self.world.views.get(name)
        if view is None:
            return []
        have = set(self.columns_of(view.over))
        return [c for c in view.columns if c in have]

    def sql(self) -> Iterator[str]:
        """The schema's DDL."""
        yield "SET client_min_messages = warning;\nSET check_function_bodies = off;"
        yield from (f"CREATE SCHEMA IF NOT EXISTS {schema};" for schema in SCHEMAS)
        for name, labels in self.world.enums.items():
            yield f"CREATE TYPE {name} AS ENUM ({', '.join(repr(label) for label in labels)});"
        for name, (base, number) in self.world.domains.items():
            check = f"VALUE > {number}" if base == "integer" else f"length(VALUE) > {number}"
            yield f"CREATE DOMAIN {name} AS {base} CONSTRAINT held CHECK ({check});"
        for name, attributes in self.world.composites.items():
            yield f"CREATE TYPE {name} AS ({', '.join(f'{a} {t}' for a, t in attributes)});"
        yield from (routine.sql(name) for name, routine in self.world.routines.items())
        for name, number in self.world.functions.items():
            body = f"BEGIN\n  -- {number}\n  RETURN NEW;\nEND"
            yield f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql COST {number + 1} AS $${body}$$;"
        for table in sorted(self.world.tables.values(), key=lambda t: t.inherits is not None):
            yield from _table(table, table.inherits if table.inherits in self.world.tables else None)
        for table in self.world.tables.values():
            yield from self._foreign_keys(table)
        for name, view in self.world.views.items():
            if columns := self.columns_of(name):
                kind = "MATERIALIZED VIEW" if view.materialized else "VIEW"
                where = f" WHERE {columns[0]} IS NOT NULL" if view.condition else ""
                chosen = list(columns)
                if view.routine in self.world.routines:
                    bare = name.rpartition(".")[2].strip('"').replace(" ", "_")
                    chosen.append(f"{view.routine}(1) AS made_by_{bare}")
                yield f"CREATE {kind} {name} AS SELECT {', '.join(chosen)} FROM {view.over}{where};"
                if view.materialized and view.indexed:
                    yield f"CREATE INDEX ON {name} (({columns[0]} IS NULL));"

    def _foreign_keys(self, table: Table) -> Iterator[str]:
        for column, (other, action) in table.foreign.items():
            there = self.world.tables.get(other)
            if column in table.by_name() and there is not None and table.unlogged >= there.unlogged:
                target = f"REFERENCES {other} (id) ON DELETE {action}"
                yield f"ALTER TABLE {table.name} ADD CONSTRAINT {column} FOREIGN KEY ({column}) {target};"


def _table(table: Table, above: str | None) -> Iterator[str]:
    columns = table.by_name()
    lines = [c.sql() for c in columns.values() if c.name != "id"]
    key = "id bigint GENERATED BY DEFAULT AS IDENTITY" if table.identity else "id bigint NOT NULL"
    lines = [key, *lines, "PRIMARY KEY (id)"]
    lines += [f"CONSTRAINT {name} CHECK ({c} > {n})" for name, (c, n) in table.checks.items() if c in columns]
    partitioned = "" if table.parts is None else " PARTITION BY HASH (id)"
    lines += [
        f"CONSTRAINT {n} CHECK ({r}({c}) > 0)" for n, (k, r, c) in table.calls.items() if k == "check" and c in columns
    ]
    body = ",\n  ".join(lines)
    behind = f" INHERITS ({above})" if above is not None else partitioned
    yield f"CREATE {'UNLOGGED ' if table.unlogged else ''}TABLE {table.name} (\n  {body}){behind};"
    schema, _, bare = table.name.partition(".")
    for part in range(table.parts or 0):
        name = f'{schema}."{bare.strip(chr(34))}_{part}"'
        yield f"CREATE TABLE {name} PARTITION OF {table.name} FOR VALUES WITH (MODULUS 8, REMAINDER {part});"
    yield from _around(table, columns)


def _around(table: Table, columns: dict[str, Column]) -> Iterator[str]:
    for name, (parts, unique, where) in table.indexes.items():
        if set(parts) <= columns.keys() and (where is None or where in columns):
            condition = f" WHERE {where}" if where else ""
            yield f"CREATE {'UNIQUE ' if unique else ''}INDEX {name} ON {table.name} ({', '.join(parts)}){condition};"
    for name, (kind, routine, called) in table.calls.items():
        if kind == "index" and called in columns:
            yield f"CREATE INDEX {name} ON {table.name} ({routine}({called}));"
    for name, parts in table.statistics.items():
        if set(parts) <= columns.keys():
            yield f"CREATE STATISTICS app.{name} ON {', '.join(parts)} FROM {table.name};"
    for name, number in table.rules.items():
        yield f"CREATE RULE {name} AS ON DELETE TO {table.name} WHERE OLD.id = {number} DO INSTEAD NOTHING;"
    for name, function in table.triggers.items():
        yield f"CREATE TRIGGER {name} BEFORE UPDATE ON {table.name} FOR EACH ROW EXECUTE FUNCTION {function}();"
    for name, command in table.policies.items():
        yield f"CREATE POLICY {name} ON {table.name} FOR {command} USING (id > 0);"
    if table.row_security:
        yield f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY;"
    yield from (f"GRANT {privilege} ON {table.name} TO PUBLIC;" for privilege in table.grants)
    if table.comment:
        yield f"COMMENT ON TABLE {table.name} IS '{table.comment}';"
    for column in columns.values():
        if column.comment:
            yield f"COMMENT ON COLUMN {table.name}.{column.name} IS '{column.comment}';"


ADDITIONS: list[Callable[[Maker], None]] = [
    Maker.add_column, Maker.add_index, Maker.add_check, Maker.add_foreign_key, Maker.add_view, Maker.add_function,
    Maker.add_trigger, Maker.add_policy, Maker.add_enum, Maker.grant, Maker.comment, Maker.toggle,
    Maker.add_routine, Maker.add_call, Maker.add_domain, Maker.add_composite, Maker.add_statistics, Maker.add_rule,
]  # fmt: skip
CHANGES: list[Callable[[Maker], None]] = [
    *ADDITIONS, Maker.add_table, Maker.drop_table, Maker.drop_column, Maker.drop_column, Maker.widen, Maker.widen,
    Maker.change_column, Maker.change_column, Maker.drop_from_table, Maker.drop_from_table, Maker.change_check,
    Maker.change_view, Maker.change_view, Maker.change_function, Maker.change_enum, Maker.change_partitions,
    Maker.change_routine, Maker.change_routine, Maker.change_domain, Maker.change_composite,
]  # fmt: skip
