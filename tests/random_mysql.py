"""Random schemas of MySQL and MariaDB, and random changes of them, as SQL: some tables with what hangs on tables.

What is generated always loads: whatever names a column or a table that is gone is left out when it is written.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from . import random_maker
from .random_maker import pair_by

TYPES = {
    "int": "7",
    "bigint unsigned": "8",
    "tinyint(1)": "1",
    "decimal(10,2)": "1.50",
    "double": "2.5",
    "varchar(40)": "'it''s'",
    "varchar(20) CHARACTER SET latin1": "'a'",
    "char(8) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin": "'b'",
    "varbinary(16)": "'c'",
    "text": None,
    "blob": None,
    "json": None,
    "date": "'2030-01-02'",
    "datetime(3)": "CURRENT_TIMESTAMP(3)",
    "timestamp": "CURRENT_TIMESTAMP",
    "time(2)": "'01:02:03'",
    "year": "2030",
    "bit(4)": "b'101'",
    "enum('a','b','c')": "'b'",
    "set('x','y')": "'x,y'",
    "char(36)": "(concat('a', 'b'))",
    "float": "(1 + 2)",
}
"""With a default for each that takes a plain one."""
WIDER = {
    "int": "bigint",
    "tinyint(1)": "smallint",
    "decimal(10,2)": "decimal(12,2)",
    "varchar(40)": "varchar(300)",
    "varchar(20) CHARACTER SET latin1": "varchar(20)",
    "varbinary(16)": "varbinary(32)",
    "text": "mediumtext",
    "date": "datetime",
    "datetime(3)": "datetime(6)",
    "enum('a','b','c')": "enum('a','n','b','c')",
    "set('x','y')": "set('x','y','z')",
}
FUNCTIONAL = "functional"
NUMBERS = {"int", "bigint", "bigint unsigned", "decimal(10,2)", "decimal(12,2)"}
CUT = {"text", "mediumtext", "blob", "varchar(300)"}
"""A key of these names how much of them it holds."""
CHARSETS = {"DEFAULT CHARSET=latin1", "COLLATE=utf8mb4_unicode_ci"}
OPTIONS = ("COMMENT 'it''s; a -- comment'", "ROW_FORMAT=COMPRESSED", "STATS_PERSISTENT=1", "AVG_ROW_LENGTH=100",
           *sorted(CHARSETS))  # fmt: skip
TIMES = ("BEFORE INSERT", "AFTER INSERT", "BEFORE UPDATE", "AFTER DELETE")


@dataclass
class Column:
    """A column of a table."""

    name: str
    type: str
    null: bool = True
    default: str | None = None
    on_update: bool = False
    generated: tuple[str, str] | None = None
    """The column that it is computed from, and whether it is stored."""
    comment: str | None = None
    hidden: bool = False
    foreign: bool = False
    """In a foreign key, now or once: the server computes nothing from such a column, and checks none."""

    def sql(self) -> str:
        """The clause."""
        comment = f" COMMENT '{self.comment}'" if self.comment else ""
        if self.generated:
            return f"{self.name} decimal(20,2) AS ({self.generated[0]} * 2) {self.generated[1]}{comment}"
        default = f" DEFAULT {self.default}" if self.default else ""
        update = f" ON UPDATE {TYPES[self.type]}" if self.on_update else ""
        hidden = " INVISIBLE" if self.hidden and (self.null or self.default) else ""
        return f"{self.name} {self.type} {'NULL' if self.null else 'NOT NULL'}{default}{update}{hidden}{comment}"


@dataclass
class Key:
    """A key, but for the primary one."""

    columns: list[tuple[str, str]]
    """With what stands behind each."""
    sort: str = "KEY"
    hidden: bool = False


@dataclass
class Table:
    """A table, and what stands in it, by name."""

    columns: list[Column]
    counted: bool = True
    partitions: str | None = None
    options: list[str] = field(default_factory=list)
    keys: dict[str, Key] = field(default_factory=dict)
    checks: dict[str, tuple[str, int]] = field(default_factory=dict)
    foreign: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """By name: (column, table, action)."""
    triggers: dict[str, tuple[str, int]] = field(default_factory=dict)
    engine: str = "InnoDB"
    versioned: bool = False

    def by_name(self) -> dict[str, Column]:
        """Its columns, but for those that are computed from one that is gone."""
        names = {column.name for column in self.columns}
        return {c.name: c for c in self.columns if c.generated is None or c.generated[0] in names}


@dataclass
class View:
    """A view over a table or another view."""

    over: str
    columns: list[str]
    function: str | None = None
    security: str = "DEFINER"


@dataclass
class World:
    """A whole schema."""

    tables: dict[str, Table] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    """By name, what they add; only MariaDB has any."""
    functions: dict[str, int] = field(default_factory=dict)
    procedures: dict[str, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)


def random_pair(seed: int, flavour: str) -> tuple[str, str]:
    """Two schemas as SQL for a server of that flavour; the second is the first with some changes."""
    return pair_by(Maker(random.Random(seed), flavour), (3, 6), ADDITIONS, 30, CHANGES, (2, 20))


class Maker(random_maker.Maker[World]):
    """A world in the making, for one flavour."""

    quote = "`"

    def __init__(self, rng: random.Random, flavour: str) -> None:
        super().__init__(rng, World())
        self.flavour = flavour

    def table(self) -> Table:
        """Any table."""
        return self.rng.choice(list(self.world.tables.values()))

    def column(self, table: Table, types: set[str] | None = None) -> Column | None:
        """Any column but the key, of one of the types."""
        fit = [c for c in table.columns if c.name != "id" and not c.foreign and not c.generated]
        fit = [c for c in fit if types is None or c.type in types]
        return self.rng.choice(fit) if fit else None

    # ------------------------------------------------------------------ what comes

    def add_table(self) -> None:
        """A table with some columns."""
        table = Table([Column("id", "bigint", null=False)], counted=self.chance(0.7))
        self.world.tables[self.name("t")] = table
        if self.chance(0.25):
            table.partitions = self.rng.choice(("hash", "range", "list"))
        for _ in range(self.rng.randint(2, 7)):
            self.add_column(table)

    def add_column(self, table: Table | None = None) -> None:
        """Anywhere in a table."""
        table = table or self.table()
        column = Column(self.name("c"), self.rng.choice(list(TYPES)), null=self.chance(0.7))
        if self.chance(0.4):
            column.default = TYPES[column.type]
        column.on_update = column.type in ("datetime(3)", "timestamp") and self.chance(0.4)
        column.hidden = self.chance(0.05) and (column.null or column.default is not None)
        if self.world.sequences and self.chance(0.1):
            column = Column(self.name("c"), "bigint", default=f"nextval({self.rng.choice(list(self.world.sequences))})")
        if (number := self.column(table, NUMBERS)) is not None and self.chance(0.15):
            how = number.name, self.rng.choice(("VIRTUAL", "STORED"))
            column = Column(self.name("g"), "decimal", generated=how)
        table.columns.insert(self.rng.randint(1, len(table.columns)), column)

    def add_key(self) -> None:
        """Of one to three columns."""
        table = self.table()
        chosen = {c.name: c for _ in range(self.rng.randint(1, 3)) if (c := self.column(table))}
        parts = [
            (c.name, ("(10)" if c.type in CUT else "") + self.rng.choice(("", "", " DESC")))
            for c in chosen.values()
            if c.type != "json"
        ]
        words = [
            c.name for c in chosen.values() if c.type.startswith(("varchar(40)", "text")) or c.type == "mediumtext"
        ]
        if words and table.partitions is None and self.chance(0.3):
            table.keys[self.name("k")] = Key([(words[0], "")], "FULLTEXT KEY")
        elif parts:
            table.keys[self.name("k")] = Key(parts, "UNIQUE KEY" if self.chance(0.2) else "KEY")

    def add_check(self) -> None:
        """Of a number."""
        table = self.table()
        if column := self.column(table, NUMBERS):
            table.checks[self.name("ck")] = (column.name, self.rng.randint(0, 9))

    def add_foreign_key(self) -> None:
        """On a column of its own."""
        table, other = self.table(), self.rng.choice(list(self.world.tables))
        column = Column(self.name("f"), "bigint", foreign=True)
        table.columns.append(column)
        table.foreign[self.name("fk")] = (column.name, other, self.rng.choice(("RESTRICT", "CASCADE", "SET NULL")))

    def add_view(self) -> None:
        """Over a table or a view."""
        over = self.rng.choice([*self.world.tables, *self.world.views])
        if have := self.columns_of(over):
            self.world.views[self.name("v")] = View(
                over,
                self.rng.sample(have, self.rng.randint(1, len(have))),
                self.rng.choice([None, None, *self.world.functions]),
                self.rng.choice(("DEFINER", "INVOKER")),
            )

    def add_routine(self) -> None:
        """A function or a procedure."""
        if self.chance(0.5):
            self.world.functions[self.name("fn")] = self.rng.randint(0, 9)
        else:
            self.world.procedures[self.name("pr")] = self.rng.randint(0, 9)

    def add_trigger(self) -> None:
        """One of several, perhaps, at one time."""
        self.table().triggers[self.name("tr")] = (self.rng.choice(TIMES), self.rng.randint(0, 9))

    def add_own(self) -> None:
        """What only this flavour has: a sequence; a functional key."""
        table = self.table()
        if self.flavour == "mariadb":
            self.world.sequences[self.name("s")] = self.rng.randint(1, 9)
        elif (column := self.column(table, NUMBERS)) is not None:
            table.keys[self.name("k")] = Key([(column.name, FUNCTIONAL)])

    def change_own(self) -> None:
        """System versioning, a sequence."""
        table = self.table()
        if self.flavour == "mariadb" and self.chance(0.5):
            table.versioned = not table.versioned
        for name, number in self.world.sequences.items():
            self.world.sequences[name] = number + self.rng.randint(0, 1)

    def change_engine(self) -> None:
        """From InnoDB and back."""
        self.table().engine = self.rng.choice(("InnoDB", "InnoDB", "MyISAM"))

    def reorder_triggers(self) -> None:
        """Of those at one time."""
        table = self.table()
        names = list(table.triggers)
        self.rng.shuffle(names)
        table.triggers = {name: table.triggers[name] for name in names}

    def hide_key(self) -> None:
        """INVISIBLE or IGNORED."""
        keys = self.table().keys
        if keys:
            key = self.rng.choice(list(keys.values()))
            key.hidden = not key.hidden and key.sort != "FULLTEXT KEY"

    def add_event(self) -> None:
        """Every few days."""
        self.world.events[self.name("e")] = self.rng.randint(1, 9)

    def set_option(self) -> None:
        """Said, or no more."""
        table, option = self.table(), self.rng.choice(OPTIONS)
        if option in table.options:
            table.options.remove(option)
        elif not (option in CHARSETS and CHARSETS & set(table.options)):
            table.options.append(option)

    def comment(self) -> None:
        """Of a column."""
        column = self.rng.choice(self.table().columns)
        if column.name != "id":
            column.comment = self.rng.choice((None, "it''s", "x\\\\y"))

    # ------------------------------------------------------------------ what changes, and what goes

    def drop_table(self) -> None:
        """Not the last ones."""
        if len(self.world.tables) > 2:
            del self.world.tables[self.rng.choice(list(self.world.tables))]

    def drop_column(self) -> None:
        """With it goes what names it."""
        table = self.table()
        if len(table.columns) > 2 and (column := self.column(table)):
            table.columns.remove(column)

    def move_column(self) -> None:
        """To another place."""
        table = self.table()
        if column := self.column(table):
            table.columns.remove(column)
            table.columns.insert(self.rng.randint(1, len(table.columns)), column)

    def widen(self) -> None:
        """To a type that takes all its values."""
        if column := self.column(self.table(), set(WIDER)):
            column.type, column.default, column.on_update = WIDER[column.type], None, False

    def change_column(self) -> None:
        """NULL, default, visibility."""
        column = self.column(self.table(), set(TYPES))
        if column is not None:
            column.null = self.chance(0.6)
            column.default = TYPES[column.type] if self.chance(0.5) else None
            column.hidden = column.hidden and (column.null or column.default is not None)

    def change_generated(self) -> None:
        """From stored to virtual and back."""
        for column in self.table().columns:
            if column.generated is not None:
                column.generated = (column.generated[0], self.rng.choice(("VIRTUAL", "STORED")))

    def drop_from_table(self) -> None:
        """A key, a check, a foreign key, a trigger."""
        table = self.table()
        for held in (table.keys, table.checks, table.foreign, table.triggers):
            if held and self.chance(0.3):
                del held[self.rng.choice(list(held))]

    def change_key(self) -> None:
        """Its direction, its sort, its columns."""
        keys = self.table().keys
        plain = [key for key in keys.values() if key.sort != "FULLTEXT KEY"]
        if plain:
            key = self.rng.choice(plain)
            key.sort = self.rng.choice(("KEY", "UNIQUE KEY"))
            self.rng.shuffle(key.columns)

    def change_number(self) -> None:
        """In bodies, checks and schedules."""
        world, grown = self.world, self.rng.randint(0, 1)
        for held in (world.functions, world.procedures, world.events):
            held.update({name: number + grown for name, number in held.items() if self.chance(0.5)})
        for table in world.tables.values():
            for name, (what, number) in table.checks.items():
                table.checks[name] = (what, number + self.rng.randint(0, 1))
            for name, (time, number) in table.triggers.items():
                table.triggers[name] = (time, number + self.rng.randint(0, 1))

    def change_view(self) -> None:
        """Its columns, or it goes."""
        if self.world.views:
            name = self.rng.choice(list(self.world.views))
            view = self.world.views[name]
            have = self.columns_of(view.over)
            if not have or self.chance(0.2):
                del self.world.views[name]
            else:
                view.columns = self.rng.sample(have, self.rng.randint(1, len(have)))
                view.security = self.rng.choice(("DEFINER", "INVOKER"))

    def drop_routine(self) -> None:
        """With it goes what calls it."""
        for held in (self.world.functions, self.world.procedures, self.world.events):
            if held and self.chance(0.3):
                del held[self.rng.choice(list(held))]

    def change_partitions(self) -> None:
        """How, or that it has none."""
        self.table().partitions = self.rng.choice((None, "hash", "range", "list"))

    def change_counting(self) -> None:
        """AUTO_INCREMENT."""
        table = self.table()
        table.counted = not table.counted

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
        world = self.world
        for name, number in world.sequences.items():
            yield f"CREATE SEQUENCE {name} INCREMENT BY {number};"
        for name, number in world.functions.items():
            how = f"DETERMINISTIC COMMENT 'adds {number}' RETURN a + {number}"
            yield f"CREATE FUNCTION {name}(a int) RETURNS int {how};"
        for name, table in world.tables.items():
            yield self._table(name, table)
        for name, table in world.tables.items():
            yield from self._foreign_keys(name, table)
            yield from _triggers(name, table)
        for name, number in world.procedures.items():
            over = next(iter(world.tables))
            yield f"CREATE PROCEDURE {name}(IN a int) SELECT id FROM {over} WHERE id = a + {number};"
        for name, number in world.events.items():
            when = f"EVERY {number} DAY STARTS '2030-01-01 00:00:00'"
            yield f"CREATE EVENT {name} ON SCHEDULE {when} DO SET @a = {number};"
        for name, view in world.views.items():
            if columns := self.columns_of(name):
                where = f" WHERE {view.function}(1) > 0" if view.function in world.functions else ""
                query = f"SELECT {', '.join(columns)} FROM {view.over}{where}"
                yield f"CREATE SQL SECURITY {view.security} VIEW {name} AS {query};"

    def _foreign_keys(self, name: str, table: Table) -> Iterator[str]:
        for constraint, (column, other, action) in table.foreign.items():
            there = self.world.tables.get(other)
            both = (table, there) if there is not None else ()
            if both and column in table.by_name() and all(not t.partitions and t.engine == "InnoDB" for t in both):
                target = f"REFERENCES {other} (id) ON DELETE {action}"
                yield f"ALTER TABLE {name} ADD CONSTRAINT {constraint} FOREIGN KEY ({column}) {target};"

    def _table(self, name: str, table: Table) -> str:
        columns = table.by_name()
        counted = " AUTO_INCREMENT" if table.counted else ""
        lines = [f"id bigint NOT NULL{counted}", *(c.sql() for c in columns.values() if c.name != "id")]
        lines += ["PRIMARY KEY (id)", *(text for n, key in table.keys.items() if (text := self._key(n, key, table)))]
        lines += [f"CONSTRAINT {check} CHECK ({c} > {n})" for check, (c, n) in table.checks.items() if c in columns]
        options = [o for o in table.options if table.engine == "InnoDB" or not o.startswith("ROW_FORMAT")]
        behind = [f"ENGINE={table.engine}", *options, *(["WITH SYSTEM VERSIONING"] if table.versioned else [])]
        if table.partitions and table.engine == "InnoDB":
            behind.append(PARTITIONS[table.partitions])
        return f"CREATE TABLE {name} (\n  {f',{chr(10)}  '.join(lines)}\n) {' '.join(behind)};"

    def _key(self, name: str, key: Key, table: Table) -> str | None:
        columns, words, myisam = table.by_name(), key.sort == "FULLTEXT KEY", table.engine == "MyISAM"
        parts = [
            f"(({c} + 1))" if behind == FUNCTIONAL else c + (behind.replace(" DESC", "") if myisam else behind)
            for c, behind in key.columns
            if c in columns and not (myisam and behind == FUNCTIONAL)
        ]
        if len(parts) < len(key.columns) or (words and table.partitions):
            return None
        if key.sort == "UNIQUE KEY" and table.partitions:
            parts.append("id")
        hidden = ("IGNORED" if self.flavour == "mariadb" else "INVISIBLE") if key.hidden else ""
        return f"{key.sort} {name} ({', '.join(parts)}) {hidden}".rstrip()


PARTITIONS = {
    "hash": "PARTITION BY HASH (id) PARTITIONS 3",
    "range": "PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "list": "PARTITION BY LIST (id % 2) (PARTITION odd VALUES IN (1, -1), PARTITION even VALUES IN (0))",
}


def _triggers(name: str, table: Table) -> Iterator[str]:
    columns = [c.name for c in table.by_name().values() if c.type in NUMBERS and not c.generated and c.name != "id"]
    for trigger, (time, number) in table.triggers.items():
        row = "OLD" if time.endswith("DELETE") else "NEW"
        value = f"{row}.{columns[number % len(columns)]}" if columns else number
        yield f"CREATE TRIGGER {trigger} {time} ON {name} FOR EACH ROW SET @a = {value} + {number};"


ADDITIONS: tuple[Callable[[Maker], None], ...] = (
    Maker.add_column,
    Maker.add_key,
    Maker.add_key,
    Maker.add_check,
    Maker.add_foreign_key,
    Maker.add_view,
    Maker.add_routine,
    Maker.add_trigger,
    Maker.add_event,
    Maker.add_own,
    Maker.hide_key,
    Maker.set_option,
    Maker.comment,
)
CHANGES = (
    *ADDITIONS,
    Maker.add_table,
    Maker.drop_table,
    Maker.drop_column,
    Maker.drop_column,
    Maker.move_column,
    Maker.widen,
    Maker.change_column,
    Maker.change_column,
    Maker.change_generated,
    Maker.drop_from_table,
    Maker.change_key,
    Maker.change_number,
    Maker.change_view,
    Maker.drop_routine,
    Maker.change_partitions,
    Maker.change_counting,
    Maker.change_own,
    Maker.change_engine,
    Maker.reorder_triggers,
)
